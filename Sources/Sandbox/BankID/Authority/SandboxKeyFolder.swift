import Foundation

/// Where an authority keeps its identities: one file each, readable by the owner only.
struct SandboxKeyFolder: Sendable {
  let path: String

  init(path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
  }

  /// The identity of this name, made and stored on first use.
  func identity(
    _ name: String, orMake make: () throws -> SandboxIdentity
  ) throws -> SandboxIdentity {
    let file = path + "/" + name + ".pem"
    if let stored = FileManager.default.contents(atPath: file) {
      do {
        return try SandboxIdentity(text: String(decoding: stored, as: UTF8.self))
      } catch {
        throw SandboxAuthorityError.damagedFile(file)
      }
    }
    let made = try make()
    // Atomic, so that a crash leaves either the whole identity or none; the folder is closed to
    // others while the file's own mode is set.
    try Data(made.text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    return made
  }
}

/// Why the sandbox's authority can't work.
package enum SandboxAuthorityError: Error, Hashable, CustomStringConvertible {
  /// A file of the folder is not what was written there.
  case damagedFile(String)
  /// Nobody with this number has a BankID of the sandbox.
  case unknownPerson
  /// OpenSSL made no OCSP response.
  case noResponse

  package var description: String {
    switch self {
    case .damagedFile(let path):
      "the key file \(path) is damaged: remove its folder to start the sandbox afresh"
    case .unknownPerson:
      "no person of the sandbox has this personal number: use one of its listed people"
    case .noResponse:
      "the OCSP response could not be made: check that OpenSSL 3 is installed"
    }
  }
}
