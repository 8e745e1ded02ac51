import Engine
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// An exclusive lock on a file, given up by `release` or by the end of the process.
final class FileLock: Sendable {
  private let descriptor: Mutex<Int32?>

  /// Refuses with `EngineError.locked` if another process, or this one, holds the lock.
  init(_ path: String) throws(EngineError) {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .unavailable("\(path): \(String(cString: strerror(errno)))") }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(file)
      guard reason == EWOULDBLOCK else {
        throw .unavailable("\(path): \(String(cString: strerror(reason)))")
      }
      throw .locked("\(path) is held by another server: stop it, or give this one its own database")
    }
    descriptor = Mutex(file)
  }

  func release() {
    descriptor.withLock { file in
      // The file itself stays: removing it would let two servers lock two files of one name.
      if let file { close(file) }
      file = nil
    }
  }

  deinit { release() }
}
