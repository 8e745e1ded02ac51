// Whole files: a copy of a database that is in use, and a database put in the place of an empty one.

import CSQLite
import Engine

#if canImport(Glibc)
  import Glibc
#endif

extension SQLiteDatabase {
  /// Copies a database as it is at one moment into `target`, which must be missing or an empty
  /// file. A server may go on writing meanwhile: it never waits, only its log of changes grows until
  /// the copy is done.
  package static func copy(of path: String, to target: String) async throws {
    let guards = GuardGeneration()
    let lane = Lanes<SQLiteConnection>(1, name: "sqlite-copy", limit: 1) { () throws(EngineError) in
      try SQLiteConnection(.file(path, vfs: nil), .observer, guards: guards)
    }
    let result: Result<Void, any Error>
    do { result = .success(try await lane.run { try $0.copy(to: target) }) } catch {
      result = .failure(error)
    }
    await lane.close()
    try result.get()
  }

  /// Puts the closed database `new` in the place of `path`, on the same file system. Refuses with
  /// `EngineError.locked` while a server runs there, and with `EngineError.check` where anything
  /// but a database without rows in `table` is in the way.
  package static func put(_ new: String, inPlaceOf path: String, emptyIn tables: [String])
    async throws
  {
    let lock = try FileLock(path + ".lock")
    defer { lock.release() }
    try await requireEmpty(path, in: tables)
    for ending in ["-wal", "-shm"] { unlink(path + ending) }
    guard rename(new, path) == 0 else {
      throw EngineError.unavailable("\(path): \(String(cString: strerror(errno)))")
    }
    guard sync(folderOf: path) else {
      throw EngineError.unavailable("\(path) was not synced: \(String(cString: strerror(errno)))")
    }
  }

  /// Refuses a file that is neither missing, nor empty, nor a database without rows in `tables`: the
  /// first must be there, others may be of a newer schema.
  package static func requireEmpty(_ path: String, in tables: [String]) async throws {
    var about = stat()
    guard stat(path, &about) == 0 else {
      if errno == ENOENT { return }
      throw EngineError.unavailable("\(path): \(String(cString: strerror(errno)))")
    }
    let inTheWay = EngineError.check(
      "\(path) is not empty: move it away first, if it is not needed any more")
    guard about.st_mode & S_IFMT == S_IFREG else { throw inTheWay }
    if about.st_size == 0 { return }
    do {
      let database = try await reading(path: path)
      let rows: Result<Bool, any Error>
      do {
        rows = .success(
          try await database.withSnapshot { snapshot in
            try await snapshot.read { tx in
              let known = Set(
                try tx.rows(
                  "SELECT name FROM sqlite_master WHERE type = 'table'", as: String.self))
              return try tables.filter { $0 == tables.first || known.contains($0) }.allSatisfy {
                try tx.first(
                  SQL(verbatim: "SELECT 1 FROM \"\($0)\" LIMIT 1"), as: Int.self) == nil
              }
            }
          })
      } catch { rows = .failure(error) }
      await database.close()
      guard try rows.get() else { throw inTheWay }
    } catch { throw inTheWay }
  }

  /// What SQLite keeps beside a database while it is open, and the lock of its server.
  package static func removeBeside(_ path: String) {
    for ending in ["-wal", "-shm", ".lock"] { unlink(path + ending) }
  }

  private static func sync(folderOf path: String) -> Bool {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    let descriptor = Glibc.open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { Glibc.close(descriptor) }
    // Some network file systems cannot sync a folder, and say EINVAL.
    return fsync(descriptor) == 0 || errno == EINVAL
  }
}
