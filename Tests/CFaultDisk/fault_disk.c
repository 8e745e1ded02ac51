#include "fault_disk.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, SECTOR = 512, NAME = 1024 };

// What is known of a file beside its content in the system: what of it is on the disk for sure.
typedef struct remembered {
  struct remembered *next;
  char path[NAME];
  unsigned char *durable;
  size_t durable_size;
  int is_durable;  // the file itself has been synced at least once
  unsigned char *dirty;  // a flag for each page that differs from the disk
  size_t dirty_pages;
} remembered;

struct fault_disk {
  sqlite3_vfs vfs;
  sqlite3_vfs *system;
  char name[64];
  pthread_mutex_t lock;
  unsigned mask, first_failure;
  long step, steps, failures, open_files;
  int onwards, kind;
  remembered *files;
};

typedef struct fault_file {
  sqlite3_file base;
  fault_disk *disk;
  remembered *memory;  // NULL for files that do not outlive a power cut
  sqlite3_file *system;
} fault_file;

// Whether this step fails.
static int fails(fault_disk *disk, unsigned what) {
  pthread_mutex_lock(&disk->lock);
  int failing = 0;
  if (disk->mask & what) {
    disk->steps += 1;
    if (disk->step > 0)
      failing = disk->onwards ? disk->steps >= disk->step : disk->steps == disk->step;
    if (failing && disk->failures++ == 0) disk->first_failure = what;
  }
  pthread_mutex_unlock(&disk->lock);
  return failing;
}

// MARK: What is on the disk

static void *grown(void *old, size_t from, size_t to) {
  unsigned char *new = realloc(old, to ? to : 1);
  if (new && to > from) memset(new + from, 0, to - from);
  return new;
}

static void mark(remembered *file, sqlite3_int64 offset, sqlite3_int64 count) {
  if (!file || count <= 0) return;
  size_t last = (size_t)((offset + count - 1) / PAGE);
  if (last >= file->dirty_pages) {
    file->dirty = grown(file->dirty, file->dirty_pages, last + 1);
    file->dirty_pages = last + 1;
  }
  for (size_t page = (size_t)(offset / PAGE); page <= last; page++) file->dirty[page] = 1;
}

// The file's content as the system shows it.
static unsigned char *shown(const char *path, size_t *size) {
  *size = 0;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  struct stat about;
  unsigned char *bytes = NULL;
  if (fstat(descriptor, &about) == 0 && (bytes = malloc((size_t)about.st_size + 1))) {
    ssize_t got;
    while (*size < (size_t)about.st_size
           && (got = pread(descriptor, bytes + *size, (size_t)about.st_size - *size, *size)) > 0)
      *size += (size_t)got;
  }
  close(descriptor);
  return bytes;
}

static void resize(remembered *file, size_t size) {
  file->durable = grown(file->durable, file->durable_size, size);
  file->durable_size = size;
}

// A sync that succeeds: dirty pages come to the disk as they are now.
static void settle(remembered *file) {
  size_t size;
  unsigned char *now = shown(file->path, &size);
  if (!now) return;
  resize(file, size);
  for (size_t page = 0; page < file->dirty_pages; page++) {
    if (!file->dirty[page]) continue;
    size_t start = page * PAGE, end = start + PAGE < size ? start + PAGE : size;
    if (start < end) memcpy(file->durable + start, now + start, end - start);
    file->dirty[page] = 0;
  }
  file->is_durable = 1;
  free(now);
}

static remembered *remember(fault_disk *disk, const char *path) {
  remembered *file = disk->files;
  while (file && strcmp(file->path, path) != 0) file = file->next;
  if (file) return file;
  file = calloc(1, sizeof *file);
  if (!file) return NULL;
  snprintf(file->path, sizeof file->path, "%s", path);
  // What is there when it is first opened has been there for long.
  file->durable = shown(path, &file->durable_size);
  file->is_durable = file->durable_size > 0;
  file->next = disk->files;
  disk->files = file;
  return file;
}

static uint64_t drawn(uint64_t *state) {  // SplitMix64
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// One file after the cut: each unsynced page came to the disk whole, in part, or not at all.
static int cut(const remembered *file, const char *folder, uint64_t *seed) {
  size_t size;
  unsigned char *now = shown(file->path, &size);
  int is_there = file->is_durable || (now && drawn(seed) % 2);
  if (!is_there) return free(now), 0;
  size_t length = now && drawn(seed) % 2 ? size : file->durable_size;
  unsigned char *left = calloc(1, length + 1);
  if (!left) return free(now), -1;
  memcpy(left, file->durable, file->durable_size < length ? file->durable_size : length);
  for (size_t page = 0; now && page < file->dirty_pages; page++) {
    if (!file->dirty[page]) continue;
    uint64_t fate = drawn(seed) % 4;  // none, all, or any sectors
    for (size_t at = page * PAGE; at < (page + 1) * PAGE; at += SECTOR) {
      int comes = fate == 1 || (fate > 1 && drawn(seed) % 2);
      size_t limit = size < length ? size : length;
      size_t end = at + SECTOR < limit ? at + SECTOR : limit;
      if (comes && at < end) memcpy(left + at, now + at, end - at);
    }
  }
  char target[2 * NAME];
  const char *name = strrchr(file->path, '/');
  snprintf(target, sizeof target, "%s/%s", folder, name ? name + 1 : file->path);
  FILE *out = fopen(target, "wb");
  int done = out && fwrite(left, 1, length, out) == length;
  if (out && fclose(out) != 0) done = 0;
  free(left), free(now);
  return done ? 0 : -1;
}

int fault_disk_power_cut(fault_disk *disk, const char *folder, uint64_t seed) {
  pthread_mutex_lock(&disk->lock);
  int result = 0;
  for (remembered *file = disk->files; file; file = file->next)
    if (cut(file, folder, &seed) != 0) result = -1;
  pthread_mutex_unlock(&disk->lock);
  return result;
}

// MARK: Files

static sqlite3_file *below(sqlite3_file *file) { return ((fault_file *)file)->system; }

static int file_close(sqlite3_file *file) {
  fault_file *own = (fault_file *)file;
  int code = own->system->pMethods->xClose(own->system);
  pthread_mutex_lock(&own->disk->lock);
  own->disk->open_files -= 1;
  pthread_mutex_unlock(&own->disk->lock);
  return code;
}

static int file_read(sqlite3_file *file, void *into, int count, sqlite3_int64 offset) {
  if (fails(((fault_file *)file)->disk, FAULT_READ)) return SQLITE_IOERR_READ;
  return below(file)->pMethods->xRead(below(file), into, count, offset);
}

static int file_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 offset) {
  fault_file *own = (fault_file *)file;
  int failing = fails(own->disk, FAULT_WRITE);
  int length = failing ? count / 2 : count;
  int code = SQLITE_OK;
  pthread_mutex_lock(&own->disk->lock);
  if (length > 0) code = own->system->pMethods->xWrite(own->system, from, length, offset);
  mark(own->memory, offset, length);
  pthread_mutex_unlock(&own->disk->lock);
  if (!failing) return code;
  return own->disk->kind == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
  if (fails(((fault_file *)file)->disk, FAULT_TRUNCATE)) return SQLITE_IOERR_TRUNCATE;
  return below(file)->pMethods->xTruncate(below(file), size);
}

static int file_sync(sqlite3_file *file, int flags) {
  fault_file *own = (fault_file *)file;
  int failing = fails(own->disk, FAULT_SYNC);
  int code = own->system->pMethods->xSync(own->system, flags);
  pthread_mutex_lock(&own->disk->lock);
  if (own->memory && failing && own->memory->dirty_pages)
    memset(own->memory->dirty, 0, own->memory->dirty_pages);
  if (own->memory && !failing && code == SQLITE_OK) settle(own->memory);
  pthread_mutex_unlock(&own->disk->lock);
  return failing ? SQLITE_IOERR_FSYNC : code;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
  if (fails(((fault_file *)file)->disk, FAULT_SIZE)) return SQLITE_IOERR_FSTAT;
  return below(file)->pMethods->xFileSize(below(file), size);
}

static int file_lock(sqlite3_file *file, int level) {
  if (fails(((fault_file *)file)->disk, FAULT_LOCK)) return SQLITE_IOERR_LOCK;
  return below(file)->pMethods->xLock(below(file), level);
}
static int file_unlock(sqlite3_file *file, int level) {
  return below(file)->pMethods->xUnlock(below(file), level);
}
static int file_reserved(sqlite3_file *file, int *is) {
  return below(file)->pMethods->xCheckReservedLock(below(file), is);
}
static int file_control(sqlite3_file *file, int what, void *value) {
  return below(file)->pMethods->xFileControl(below(file), what, value);
}
static int file_sector(sqlite3_file *file) {
  return below(file)->pMethods->xSectorSize(below(file));
}
static int file_traits(sqlite3_file *file) {
  return below(file)->pMethods->xDeviceCharacteristics(below(file));
}
static int file_map(sqlite3_file *file, int region, int size, int extend, void volatile **at) {
  if (fails(((fault_file *)file)->disk, FAULT_SHARED_MEMORY)) return SQLITE_IOERR_SHMMAP;
  return below(file)->pMethods->xShmMap(below(file), region, size, extend, at);
}
static int file_map_lock(sqlite3_file *file, int offset, int count, int flags) {
  if (!(flags & SQLITE_SHM_UNLOCK) && fails(((fault_file *)file)->disk, FAULT_LOCK))
    return SQLITE_IOERR_SHMLOCK;
  return below(file)->pMethods->xShmLock(below(file), offset, count, flags);
}
static void file_barrier(sqlite3_file *file) { below(file)->pMethods->xShmBarrier(below(file)); }
static int file_unmap(sqlite3_file *file, int removing) {
  return below(file)->pMethods->xShmUnmap(below(file), removing);
}

static const sqlite3_io_methods file_methods = {
    2, file_close, file_read, file_write, file_truncate, file_sync, file_size, file_lock,
    file_unlock, file_reserved, file_control, file_sector, file_traits, file_map, file_map_lock,
    file_barrier, file_unmap, 0, 0,
};

// MARK: The disk

static fault_disk *disk_of(sqlite3_vfs *vfs) { return (fault_disk *)vfs->pAppData; }

static int disk_open(
    sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *given) {
  fault_disk *disk = disk_of(vfs);
  fault_file *own = (fault_file *)file;
  memset(own, 0, sizeof *own);
  if (fails(disk, FAULT_OPEN)) return SQLITE_CANTOPEN;
  own->disk = disk;
  own->system = (sqlite3_file *)(own + 1);
  pthread_mutex_lock(&disk->lock);
  const int lasting = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
  // Before the file is made: what has not been there is not on the disk.
  if (path && (flags & lasting)) own->memory = remember(disk, path);
  int code = disk->system->xOpen(disk->system, path, own->system, flags, given);
  if (code == SQLITE_OK) {
    own->base.pMethods = &file_methods;
    disk->open_files += 1;
  }
  pthread_mutex_unlock(&disk->lock);
  return code;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync) {
  fault_disk *disk = disk_of(vfs);
  if (fails(disk, FAULT_DELETE)) return SQLITE_IOERR_DELETE;
  pthread_mutex_lock(&disk->lock);
  int code = disk->system->xDelete(disk->system, path, sync);
  if (code == SQLITE_OK) {
    for (remembered **link = &disk->files; *link; link = &(*link)->next) {
      remembered *file = *link;
      if (strcmp(file->path, path) != 0) continue;
      // The next file of this name begins anew. (That an old one comes back is not simulated.)
      file->durable_size = file->dirty_pages = 0;
      file->is_durable = 0;
      break;
    }
  }
  pthread_mutex_unlock(&disk->lock);
  return code;
}

static int disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *is) {
  return disk_of(vfs)->system->xAccess(disk_of(vfs)->system, path, flags, is);
}
static int disk_full_path(sqlite3_vfs *vfs, const char *path, int count, char *into) {
  return disk_of(vfs)->system->xFullPathname(disk_of(vfs)->system, path, count, into);
}
static int disk_random(sqlite3_vfs *vfs, int count, char *into) {
  return disk_of(vfs)->system->xRandomness(disk_of(vfs)->system, count, into);
}
static int disk_pause(sqlite3_vfs *vfs, int microseconds) {
  return disk_of(vfs)->system->xSleep(disk_of(vfs)->system, microseconds);
}
static int disk_time(sqlite3_vfs *vfs, double *now) {
  return disk_of(vfs)->system->xCurrentTime(disk_of(vfs)->system, now);
}
static int disk_error(sqlite3_vfs *vfs, int count, char *into) {
  return disk_of(vfs)->system->xGetLastError(disk_of(vfs)->system, count, into);
}

fault_disk *fault_disk_create(const char *name) {
  if (sqlite3_initialize() != SQLITE_OK || sqlite3_vfs_find(name)) return NULL;
  fault_disk *disk = calloc(1, sizeof *disk);
  if (!disk) return NULL;
  disk->system = sqlite3_vfs_find(NULL);
  snprintf(disk->name, sizeof disk->name, "%s", name);
  pthread_mutex_init(&disk->lock, NULL);
  disk->vfs = (sqlite3_vfs){
      .iVersion = 1, .szOsFile = (int)sizeof(fault_file) + disk->system->szOsFile,
      .mxPathname = NAME - 8, .zName = disk->name, .pAppData = disk, .xOpen = disk_open,
      .xDelete = disk_delete, .xAccess = disk_access, .xFullPathname = disk_full_path,
      .xRandomness = disk_random, .xSleep = disk_pause, .xCurrentTime = disk_time,
      .xGetLastError = disk_error,
  };
  if (sqlite3_vfs_register(&disk->vfs, 0) == SQLITE_OK) return disk;
  free(disk);
  return NULL;
}

void fault_disk_free(fault_disk *disk) {
  sqlite3_vfs_unregister(&disk->vfs);
  while (disk->files) {
    remembered *file = disk->files;
    disk->files = file->next;
    free(file->durable), free(file->dirty), free(file);
  }
  pthread_mutex_destroy(&disk->lock);
  free(disk);
}

void fault_disk_arm(fault_disk *disk, unsigned mask, long step, int onwards, int kind) {
  pthread_mutex_lock(&disk->lock);
  disk->mask = mask, disk->step = step, disk->onwards = onwards, disk->kind = kind;
  disk->steps = disk->failures = 0;
  disk->first_failure = 0;
  pthread_mutex_unlock(&disk->lock);
}

void fault_disk_disarm(fault_disk *disk) {
  pthread_mutex_lock(&disk->lock);
  disk->mask = 0;
  pthread_mutex_unlock(&disk->lock);
}

static long asked(fault_disk *disk, const long *value) {
  pthread_mutex_lock(&disk->lock);
  long answer = *value;
  pthread_mutex_unlock(&disk->lock);
  return answer;
}

long fault_disk_steps(fault_disk *disk) { return asked(disk, &disk->steps); }
long fault_disk_failures(fault_disk *disk) { return asked(disk, &disk->failures); }
long fault_disk_open_files(fault_disk *disk) { return asked(disk, &disk->open_files); }

unsigned fault_disk_first_failure(fault_disk *disk) {
  pthread_mutex_lock(&disk->lock);
  unsigned what = disk->first_failure;
  pthread_mutex_unlock(&disk->lock);
  return what;
}
