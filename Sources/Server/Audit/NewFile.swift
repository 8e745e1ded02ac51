import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files that appear whole, synced to disk, and never take the place of another.
enum NewFile {
  /// False where a file of that name is there already; it is left as it is.
  static func make(_ file: URL, _ content: [UInt8]) throws(WitnessError) -> Bool {
    let draft = file.deletingLastPathComponent()
      .appending(path: ".\(file.lastPathComponent).\(UUID().uuidString)")
    let descriptor = open(draft.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("made", file) }
    defer { unlink(draft.path) }
    let isWritten = write(content, to: descriptor) && fsync(descriptor) == 0
    let cause = errno
    close(descriptor)
    errno = cause
    guard isWritten else { throw failure("written", file) }
    // A link, unlike a rename, is refused where the name is taken.
    guard link(draft.path, file.path) == 0 else {
      if errno == EEXIST { return false }
      throw failure("made", file)
    }
    let folder = open(file.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { throw failure("synced", file) }
    defer { close(folder) }
    // Some network file systems cannot sync a folder, and say EINVAL.
    guard fsync(folder) == 0 || errno == EINVAL else { throw failure("synced", file) }
    return true
  }

  private static func write(_ content: [UInt8], to descriptor: Int32) -> Bool {
    var rest = content[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func failure(_ what: String, _ file: URL) -> WitnessError {
    .unavailable("\(file.path) cannot be \(what): \(String(cString: strerror(errno)))")
  }
}
