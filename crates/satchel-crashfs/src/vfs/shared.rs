//! The memory that the connections of a database share: the index of its log. A crash always takes it.

use std::{
    ffi::{c_int, c_void},
    ptr,
    sync::atomic::{Ordering, fence},
};

use rusqlite::ffi;

use super::{file::state, lock};
use crate::faults::Call;

pub(super) unsafe extern "C" fn map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    may_grow: c_int,
    answer: *mut *mut c_void,
) -> c_int {
    // SAFETY: an open file and room for the answer.
    let state = unsafe { state(file) };
    let mut memory = lock(state.memory);
    let (region, size) = (usize::try_from(region).unwrap_or(0), usize::try_from(size).unwrap_or(0));
    let is_there = memory.shared.get(&state.name).is_some_and(|shared| region < shared.regions.len());
    let refusal = if !is_there && may_grow != 0 { memory.weather.meets(Call::Share) } else { None };
    // Whatever the reason, SQLite's own file system says no more than this.
    if refusal.is_some() {
        return ffi::SQLITE_IOERR_SHMSIZE;
    }
    let shared = memory.shared.entry(state.name.clone()).or_default();
    if !shared.holders.contains(&state.holder) {
        shared.holders.push(state.holder);
    }
    while may_grow != 0 && shared.regions.len() <= region {
        shared.regions.push(vec![0; size.div_ceil(8)].into());
    }
    let place = shared.regions.get_mut(region).map_or(ptr::null_mut(), |region| region.as_mut_ptr());
    // SAFETY: room for the answer, as above. The region stays where it is until the last connection leaves.
    unsafe { *answer = place.cast() };
    ffi::SQLITE_OK
}

pub(super) unsafe extern "C" fn take_lock(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: an open file.
    let state = unsafe { state(file) };
    let first = usize::try_from(first).unwrap_or(0);
    let slots = first..first + usize::try_from(count).unwrap_or(0);
    let mut memory = lock(state.memory);
    let locks = &mut memory.shared.entry(state.name.clone()).or_default().locks;
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        locks.leave(state.holder, slots);
        return ffi::SQLITE_OK;
    }
    let is_ours = locks.take(state.holder, slots, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0);
    if is_ours { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

pub(super) unsafe extern "C" fn barrier(_file: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

pub(super) unsafe extern "C" fn unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: an open file.
    let state = unsafe { state(file) };
    let mut memory = lock(state.memory);
    if let Some(shared) = memory.shared.get_mut(&state.name) {
        shared.holders.retain(|holder| *holder != state.holder);
        shared.locks.leave(state.holder, 0..8);
        if shared.holders.is_empty() {
            memory.shared.remove(&state.name);
        }
    }
    ffi::SQLITE_OK
}
