import Foundation

/// The four files of an authority's folder.
struct AuthorityFiles {
  let authorityCertificate: URL
  let authorityKey: URL
  let serverCertificate: URL
  let serverKey: URL

  /// Far more than any of them needs.
  private static let maxBytes = 64 * 1024

  init(folder: URL) {
    authorityCertificate = folder.appendingPathComponent("ca.pem")
    authorityKey = folder.appendingPathComponent("ca.key")
    serverCertificate = folder.appendingPathComponent("server.pem")
    serverKey = folder.appendingPathComponent("server.key")
  }

  var all: [URL] { [authorityCertificate, authorityKey, serverCertificate, serverKey] }

  func read(_ url: URL) throws(AuthorityError) -> String {
    guard let data = try? Data(contentsOf: url) else {
      throw .unreadable(url.path, "no such file, or no right to read it")
    }
    guard data.count <= AuthorityFiles.maxBytes, let text = String(bytes: data, encoding: .utf8)
    else { throw .unreadable(url.path, "not a PEM text") }
    return text
  }

  /// Writes beside and renames, so that a reader sees the old file or the new one. A secret is
  /// readable by its owner only from the first moment.
  func write(_ text: String, to url: URL, secret: Bool = false) throws {
    let new = url.appendingPathExtension("new")
    try? FileManager.default.removeItem(at: new)
    let made = FileManager.default.createFile(
      atPath: new.path, contents: Data(text.utf8),
      attributes: [.posixPermissions: secret ? 0o600 : 0o644])
    guard made else { throw CocoaError(.fileWriteUnknown) }
    guard rename(new.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}

/// Why an authority cannot be made, read or renewed.
package enum AuthorityError: Error, CustomStringConvertible, Equatable {
  case noHostname
  case badHostname(String)
  case exists(String)
  case unreadable(String, String)
  case failed(String, String, String)

  package var description: String {
    switch self {
    case .noHostname:
      "the server certificate needs at least one host name or IP address: give --hostname"
    case .badHostname(let host):
      "\(host) is neither a host name nor an IP address"
    case .exists(let path):
      "\(path) is already there: use another folder, or renew instead of making a new authority"
    case .unreadable(let path, let why):
      "cannot read \(path): \(why)"
    case .failed(let verb, let folder, let why):
      "cannot \(verb) the authority in \(folder): \(why)"
    }
  }
}
