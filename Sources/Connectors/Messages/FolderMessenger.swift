package import Domain
package import Foundation

/// Leaves messages as JSON files in a folder, for a gateway program or a person to take on.
package struct FolderMessenger: Messenger {
  private let folder: URL

  package init(folder: URL) { self.folder = folder }

  /// One message as it lies in the folder; readable for its owner only, since it holds a secret.
  package struct File: Codable, Sendable {
    package var mobile: String
    package var email: String
    package var subject: String
    package var about: String
    package var secret: String
    /// The page where the receiver can act; missing where no pages are served.
    package var link: String?
    /// What to send as it is.
    package var text: String?
  }

  package func send(_ message: PersonMessage) async throws {
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let file = File(
      mobile: message.mobile, email: message.email, subject: message.subject,
      about: message.about, secret: message.secret, link: message.link,
      text: message.subject + ": " + (message.link ?? message.body))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let target = folder.appending(path: "\(message.id).json")
    try encoder.encode(file).write(to: target, options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target.path)
  }

  /// What lies in the folder, by file name.
  package func messages() throws -> [File] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return try names.filter { $0.hasSuffix(".json") }.sorted().map {
      try JSONDecoder().decode(File.self, from: Data(contentsOf: folder.appending(path: $0)))
    }
  }
}
