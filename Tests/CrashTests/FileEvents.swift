import Foundation
import Glibc
import Synchronization
import TestKit

/// Counts what happens to files in a few folders, as the kernel tells it, and does something at a
/// chosen count: a moment in another program's work that a number names.
final class FileEvents: Sendable {
  private let descriptor: Int32
  private let counted = Mutex(0)
  private let isOver = Mutex(false)
  private let end = DispatchSemaphore(value: 0)

  /// - Parameter act: hears the count, on a thread of its own, after each event.
  init(in folders: [URL], act: @escaping @Sendable (Int) -> Void) throws {
    descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    guard descriptor >= 0 else { throw TestFault("inotify: \(errno)") }
    let kinds =
      UInt32(IN_CREATE) | UInt32(IN_MODIFY) | UInt32(IN_CLOSE_WRITE)
      | UInt32(IN_MOVED_FROM) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE)
    for folder in folders {
      guard inotify_add_watch(descriptor, folder.path, kinds) >= 0 else {
        throw TestFault("inotify \(folder.path): \(errno)")
      }
    }
    Thread { [self] in watch(act) }.start()
  }

  var count: Int { counted.withLock { $0 } }

  /// Ends the watch; returns how many events there were.
  func stop() async -> Int {
    isOver.withLock { $0 = true }
    await withCheckedContinuation { done in
      DispatchQueue.global().async { [end] in
        end.wait()
        done.resume()
      }
    }
    close(descriptor)
    return count
  }

  private func watch(_ act: (Int) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // A bound on how long the end of the watch goes unnoticed.
      let ready = poll(&event, 1, 20)
      let length = ready > 0 ? read(descriptor, &buffer, buffer.count) : 0
      if length <= 0 {
        if isOver.withLock({ $0 }) { break }
        continue
      }
      var offset = 0
      while offset + 16 <= length {
        let name = buffer.withUnsafeBytes {
          $0.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)
        }
        offset += 16 + Int(name)
        act(
          counted.withLock {
            $0 += 1
            return $0
          })
      }
    }
    end.signal()
  }
}
