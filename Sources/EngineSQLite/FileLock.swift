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
    guard file >= 0 else { throw .file(path, errno) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(file)
      guard reason == EWOULDBLOCK else { throw .file(path, reason) }
      throw .locked("\(path) is held by another server: stop it, or give this one its own database")
    }
    descriptor = Mutex(file)
  }

  func release() {
    descriptor.withLock { file in
      // The file itself stays: removing it would let two servers lock two files of one name.
      // Unlocked in so many words: a program that is just being started may hold a copy.
      if let file {
        flock(file, LOCK_UN)
        close(file)
      }
      file = nil
    }
  }

  deinit { release() }
}

extension EngineError {
  /// What the system says of a file, and what mends it.
  static func file(_ path: String, _ code: Int32) -> EngineError {
    let what = "\(path): \(String(cString: strerror(code)))"
    return switch code {
    case ENOSPC, EDQUOT: .full("\(what): make room and start again")
    case EACCES, EPERM:
      .unavailable("\(what): the server's user must be able to read and write it and its folder")
    case EROFS: .unavailable("\(what): the server needs to write there; mount it writable")
    case ENOENT, ENOTDIR: .unavailable("\(what): make its folder, or change database.path")
    default: .unavailable(what)
    }
  }
}
