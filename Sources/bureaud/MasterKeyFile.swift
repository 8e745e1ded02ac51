// The keys that seal secrets in the database: in a file of their own, or in the environment.

package import Foundation
package import Server
package import Storage

extension Home {
  func makeMasterKey(_ file: URL) throws {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Self.write(Data((Self.newMasterKey() + "\n").utf8), to: file)
  }

  private static func newMasterKey() -> String {
    Data(Sources.system.random(32)).base64EncodedString()
  }

  /// The master keys at hand, the one that seals first.
  package static func masterKeys(_ configuration: ServerConfiguration) throws -> [MasterKey] {
    if let text = configuration.masterKeyText {
      return try keys(text, "BUREAU_MASTER_KEY")
    }
    let file = configuration.masterKey
    guard let data = FileManager.default.contents(atPath: file.path), !data.isEmpty,
      data.count <= 4_096, let text = String(bytes: data, encoding: .utf8)
    else {
      throw Fault(
        description: "the master key \(file.path) cannot be read; restore it from your backup, or"
          + " run `bureaud init` where there is no database yet")
    }
    return try keys(text, file.path)
  }

  private static func keys(_ text: String, _ source: String) throws -> [MasterKey] {
    do { return try MasterKey.list(text) } catch {
      throw Fault(
        description: "\(source) holds no master key: it takes 32 bytes in base64, several with"
          + " commas or line ends between them, the one that seals first")
    }
  }

  package static func secretBox(_ configuration: ServerConfiguration, _ sources: Sources) throws
    -> SecretBox
  {
    let keys = try masterKeys(configuration)
    return SecretBox(keys[0], older: Array(keys.dropFirst()), random: sources.random)
  }

  /// Puts a new key before those of the file; they stay until everything is sealed under it.
  package static func addMasterKey(_ file: URL) throws {
    guard let old = FileManager.default.contents(atPath: file.path) else {
      throw Fault(description: "the master key \(file.path) cannot be read")
    }
    try write(Data((newMasterKey() + "\n").utf8) + old, to: file)
  }

  /// Leaves the first key alone in the file and the others in a file beside it: backups of before
  /// need them.
  package static func retireMasterKeys(_ file: URL) throws -> URL? {
    guard let data = FileManager.default.contents(atPath: file.path),
      let text = String(bytes: data, encoding: .utf8)
    else { throw Fault(description: "the master key \(file.path) cannot be read") }
    let words = text.split { $0 == "," || $0.isWhitespace }
    guard words.count > 1 else { return nil }
    let retired = file.appendingPathExtension("retired")
    let before = FileManager.default.contents(atPath: retired.path) ?? Data()
    let old = words.dropFirst().joined(separator: "\n") + "\n"
    if before.range(of: Data(old.utf8)) == nil { try write(Data(old.utf8) + before, to: retired) }
    try write(Data((words[0] + "\n").utf8), to: file)
    return retired
  }
}

extension OtherMasterKey {
  /// What an operator is told.
  var fault: Home.Fault {
    Home.Fault(
      description: "the master key is not the one of this database: it is sealed under"
        + " \(needed.joined(separator: ", ")), and at hand is \(given.joined(separator: ", "));"
        + " restore the key (secrets.master-key, or BUREAU_MASTER_KEY)")
  }
}
