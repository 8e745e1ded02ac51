// A disk that fails when it is told to, as a SQLite VFS. For tests only.
//
// It passes everything on to the system's own VFS, counts the steps that SQLite takes, and can fail
// any of them. It also knows what of each database and log file has been synced, so that it can
// write down what a disk would hold after the power was cut: synced bytes for sure, of the others
// any sectors or none. As with Linux, a sync that fails forgets what it should have written: a
// later sync that succeeds does not bring it to the disk.
#ifndef FAULT_DISK_H
#define FAULT_DISK_H

#include <stdint.h>

// What counts as a step; a set of them is a mask.
enum {
  FAULT_OPEN = 1, FAULT_READ = 2, FAULT_WRITE = 4, FAULT_TRUNCATE = 8, FAULT_SYNC = 16,
  FAULT_DELETE = 32, FAULT_SHARED_MEMORY = 64, FAULT_LOCK = 128, FAULT_SIZE = 256,
};

// How a write fails: the disk is full after half of the bytes, or broken after half of them.
enum { FAULT_IO = 0, FAULT_FULL = 1 };

typedef struct fault_disk fault_disk;

// Registers a disk as a VFS under `name`, which no other may have. NULL if that is impossible.
fault_disk *fault_disk_create(const char *name);
// All files must be closed by now.
void fault_disk_free(fault_disk *disk);

// Counts the steps of `mask` from 1 and fails number `step`; with `onwards` all that follow, too.
// `step` 0 fails none.
void fault_disk_arm(fault_disk *disk, unsigned mask, long step, int onwards, int kind);
// Nothing fails from here on; what was counted can still be asked.
void fault_disk_disarm(fault_disk *disk);
long fault_disk_steps(fault_disk *disk);
// How many steps have failed since the disk was armed.
long fault_disk_failures(fault_disk *disk);
// What the first of them was: one of the mask's values, 0 if there was none.
unsigned fault_disk_first_failure(fault_disk *disk);
// How many files are open.
long fault_disk_open_files(fault_disk *disk);

// Writes what the disk holds after a power cut at this moment into `folder`, under the files' own
// names: chosen by `seed` where a real disk leaves it open. 0, or -1 if a file can't be written.
int fault_disk_power_cut(fault_disk *disk, const char *folder, uint64_t seed);

#endif
