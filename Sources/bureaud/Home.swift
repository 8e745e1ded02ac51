import Crypto
package import Domain
package import Foundation
package import Server
import Synchronization

/// The server's folder: certificates, keys and the bootstrap token. Keys are made once, readable
/// for their owner only, and lie apart from the database.
package struct Home: Sendable {
  package let folder: URL

  package init(folder: URL) { self.folder = folder }

  /// Why the folder cannot be used.
  package struct Fault: Error, CustomStringConvertible {
    package var description: String
  }

  private var secrets: URL { folder.appending(path: "secrets") }
  package var bootstrapToken: URL { folder.appending(path: "bootstrap.token") }

  /// Makes what is missing: certificates, keys, and a new bootstrap token where there is none.
  /// What is there already is kept.
  package func prepare(hostnames: [String], now: Date) throws -> Authority {
    try FileManager.default.createDirectory(
      at: secrets, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let tls = folder.appending(path: "tls")
    let authority =
      if FileManager.default.fileExists(atPath: tls.appending(path: "ca.pem").path) {
        try Authority.load(from: tls)
      } else {
        try Authority.create(in: tls, hostnames: hostnames, now: now)
      }
    for name in ["identity.key", "audit.key"] {
      let file = secrets.appending(path: name)
      if !FileManager.default.fileExists(atPath: file.path) {
        try Self.write(Data(Sources.system.random(32)), to: file)
      }
    }
    if !FileManager.default.fileExists(atPath: tokenHash.path) {
      let token = Sources.system.secret()
      try Self.write(Data(token.utf8), to: bootstrapToken)
      try Self.write(Data(Access.hash(token)), to: tokenHash)
    }
    return authority
  }

  private var tokenHash: URL { secrets.appending(path: "bootstrap.sha256") }

  package func nationalIDKey() throws -> NationalIDKey {
    guard let key = NationalIDKey(bytes: try read("identity.key")) else {
      throw Fault(description: "secrets/identity.key is damaged; restore it from your backup")
    }
    return key
  }

  package func auditKey() throws -> AuditKey { try AuditKey(seed: read("audit.key")) }

  package func bootstrap() throws -> FileBootstrapToken {
    FileBootstrapToken(
      hash: try read("bootstrap.sha256"), claim: secrets.appending(path: "bootstrap.claimed"))
  }

  private func read(_ name: String) throws -> [UInt8] {
    let file = secrets.appending(path: name)
    guard let data = FileManager.default.contents(atPath: file.path), !data.isEmpty else {
      throw Fault(description: "\(file.path) cannot be read; run `bureaud init` first")
    }
    return Array(data)
  }

  static func write(_ data: Data, to file: URL) throws {
    // The mode comes first: the content is never readable for others.
    guard
      FileManager.default.createFile(
        atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600])
    else { throw Fault(description: "\(file.path) cannot be written") }
    let handle = try FileHandle(forWritingTo: file)
    try handle.write(contentsOf: data)
    try handle.synchronize()
    try handle.close()
  }
}

/// The bootstrap token's hash in a file, and beside it the request that has spent it.
package final class FileBootstrapToken: BootstrapToken {
  private let hash: [UInt8]
  private let claim: URL
  private let turn = Mutex(())

  init(hash: [UInt8], claim: URL) {
    self.hash = hash
    self.claim = claim
  }

  package func allows(_ secretHash: [UInt8]) -> Bool { secretHash == hash }

  package func claim(_ requestID: String) throws(TenancyError) {
    let mine = Data(SHA256.hash(data: Array(requestID.utf8)))
    let isMine = turn.withLock { _ in
      if let spent = FileManager.default.contents(atPath: claim.path) { return spent == mine }
      return (try? Home.write(mine, to: claim)) != nil
    }
    guard isMine else { throw .bootstrapRefused }
  }
}
