//! The global allocator: memory from `__heap_base` to where the task's memory ends, taken piece by piece and never given back.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;

extern "C" {
    static __heap_base: u8;
}

struct Heap {
    next: UnsafeCell<usize>,
}

// A task is one thread.
unsafe impl Sync for Heap {}

unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let next = &mut *self.next.get();
        let start = if *next == 0 { core::ptr::addr_of!(__heap_base) as usize } else { *next };
        let start = (start + layout.align() - 1) & !(layout.align() - 1);
        match start.checked_add(layout.size()) {
            Some(end) if end <= crate::raw::sp_memory_bytes() as usize => {
                *next = end;
                start as *mut u8
            }
            _ => core::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _block: *mut u8, _layout: Layout) {}
}

#[global_allocator]
static HEAP: Heap = Heap { next: UnsafeCell::new(0) };
