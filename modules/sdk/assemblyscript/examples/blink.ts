// Blinks the lamp granted as "led": half a period on, half a period off.
import { Pin, found, must, sleep } from "../assembly";

const led = found(Pin.find("led"), "the manifest grants no output pin \"led\"");
while (true) {
  must(led.write(led.read() == 0), "led");
  sleep(100);
}
