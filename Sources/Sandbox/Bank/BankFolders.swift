internal import Foundation

/// The folders by which customers and bank exchange files: below the root, every folder that holds
/// a `to-bank` is a connection, named by its path.
struct BankFolders: Sendable {
  let root: URL

  static let inbox = "to-bank"
  static let outbox = "from-bank"
  private static let maximumDepth = 8
  /// A file larger than this is refused unread.
  static let maximumFileBytes = 64 << 20

  func folder(_ connection: String) -> URL { root.appendingPathComponent(connection) }

  /// All connections, in order of their names.
  func connections() throws -> [String] {
    var found: [String] = []
    try search("", depth: 0, &found)
    return found.sorted()
  }

  private func search(_ path: String, depth: Int, _ found: inout [String]) throws {
    guard depth < Self.maximumDepth else { return }
    let here = path.isEmpty ? root : folder(path)
    for name in try FileManager.default.contentsOfDirectory(atPath: here.path).sorted() {
      if name.hasPrefix(".") || name == Self.outbox { continue }
      guard isDirectory(here.appendingPathComponent(name)) else { continue }
      if name == Self.inbox {
        if !path.isEmpty { found.append(path) }
      } else {
        try search(path.isEmpty ? name : "\(path)/\(name)", depth: depth + 1, &found)
      }
    }
  }

  private func isDirectory(_ url: URL) -> Bool {
    var isDirectory: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
    return exists && isDirectory.boolValue
  }

  /// Names of the files that wait for the bank, in order. Files being written start with a dot.
  func waiting(_ connection: String) throws -> [String] {
    let inbox = folder(connection).appendingPathComponent(Self.inbox)
    return try FileManager.default.contentsOfDirectory(atPath: inbox.path)
      .filter { !$0.hasPrefix(".") && $0.hasSuffix(".xml") }.sorted()
  }

  /// The bytes of a waiting file; nil if it is too large to be read.
  func read(_ connection: String, _ name: String) throws -> [UInt8]? {
    let url = folder(connection).appendingPathComponent(Self.inbox).appendingPathComponent(name)
    let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
    guard let size = (attributes[.size] as? NSNumber)?.intValue, size <= Self.maximumFileBytes
    else { return nil }
    return [UInt8](try Data(contentsOf: url))
  }

  /// Puts a file that has been taken in aside; one of the same name is kept beside it.
  func moveToDone(_ connection: String, _ name: String) throws {
    let inbox = folder(connection).appendingPathComponent(Self.inbox)
    let done = inbox.appendingPathComponent("done")
    try FileManager.default.createDirectory(at: done, withIntermediateDirectories: true)
    var target = done.appendingPathComponent(name)
    var copy = 1
    while FileManager.default.fileExists(atPath: target.path) {
      copy += 1
      target = done.appendingPathComponent("\(name).\(copy)")
    }
    try FileManager.default.moveItem(at: inbox.appendingPathComponent(name), to: target)
    try sync(done)
    try sync(inbox)
  }

  /// Whether a file of this name was taken in before.
  func isDone(_ connection: String, _ name: String) -> Bool {
    FileManager.default.fileExists(
      atPath: folder(connection).appendingPathComponent("\(Self.inbox)/done/\(name)").path)
  }

  func answer(_ connection: String, _ name: String, _ bytes: [UInt8]) throws {
    let outbox = folder(connection).appendingPathComponent(Self.outbox)
    try FileManager.default.createDirectory(at: outbox, withIntermediateDirectories: true)
    try write(Data(bytes), to: outbox.appendingPathComponent(name))
  }

  /// Writes a file so that it is either whole or not there, also after a crash.
  func write(_ data: Data, to url: URL) throws {
    let folder = url.deletingLastPathComponent()
    let draft = folder.appendingPathComponent(".\(url.lastPathComponent).tmp")
    guard FileManager.default.createFile(atPath: draft.path, contents: nil) else {
      throw CocoaError(.fileWriteUnknown)
    }
    let handle = try FileHandle(forWritingTo: draft)
    do {
      try handle.write(contentsOf: data)
      try handle.synchronize()
      try handle.close()
    } catch {
      try? handle.close()
      throw error
    }
    guard rename(draft.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    try sync(folder)
  }

  private func sync(_ folder: URL) throws {
    let handle = try FileHandle(forReadingFrom: folder)
    defer { try? handle.close() }
    try handle.synchronize()
  }
}
