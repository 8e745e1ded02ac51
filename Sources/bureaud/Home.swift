import AuditTrail
import Crypto
package import Domain
package import Foundation
package import Primitives
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
  /// - Parameters:
  ///   - auditKey: May lie outside the folder.
  ///   - masterKey: The same; nil where the environment holds the key.
  ///   - witness: What an earlier audit key has signed; then that key is missed, not made anew.
  package func prepare(
    hostnames: [String], now: Date, auditKey: URL, masterKey: URL? = nil, witness: any Witness
  ) throws -> Authority {
    try FileManager.default.createDirectory(
      at: secrets, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let tls = folder.appending(path: "tls")
    let authority =
      if FileManager.default.fileExists(atPath: tls.appending(path: "ca.pem").path) {
        try Authority.load(from: tls)
      } else {
        try Authority.create(in: tls, hostnames: hostnames, now: now)
      }
    let identityKey = secrets.appending(path: "identity.key")
    if !FileManager.default.fileExists(atPath: identityKey.path) {
      try Self.write(Data(Sources.system.random(32)), to: identityKey)
    }
    if let masterKey, !FileManager.default.fileExists(atPath: masterKey.path) {
      try makeMasterKey(masterKey)
    }
    if !FileManager.default.fileExists(atPath: auditKey.path) {
      try makeAuditKey(auditKey, witness)
    }
    if !FileManager.default.fileExists(atPath: tokenHash.path) {
      let token = Sources.system.secret()
      try Self.write(Data(token.utf8), to: bootstrapToken)
      try Self.write(Data(Access.hash(token)), to: tokenHash)
    }
    return authority
  }

  private func makeAuditKey(_ file: URL, _ witness: any Witness) throws {
    // A witness that cannot be read may hold such statements too.
    guard (try? witness.bureaus().isEmpty) == true else {
      throw Fault(
        description: "the audit key \(file.path) is missing, and the witness holds what it has"
          + " signed; restore the key from your backup")
    }
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Self.write(Data(Sources.system.random(32)), to: file)
  }

  private var tokenHash: URL { secrets.appending(path: "bootstrap.sha256") }

  package func nationalIDKey() throws -> NationalIDKey {
    guard let key = NationalIDKey(bytes: try read("identity.key")) else {
      throw Fault(description: "secrets/identity.key is damaged; restore it from your backup")
    }
    return key
  }

  package func auditKey(_ file: URL) throws -> AuditKey {
    let seed = try read(file)
    guard seed.count == 32 else {
      throw Fault(
        description: "the audit key \(file.path) is damaged: it has \(seed.count) bytes instead of"
          + " 32; restore it from your backup")
    }
    return try AuditKey(seed: seed)
  }

  /// Makes a new audit key and hands every chain of the witness over to it. The new key waits beside
  /// the old one until all are handed over, so that an interrupted change can be finished.
  package func rotateAuditKey(_ file: URL, at witness: any Witness, now: Instant) throws -> AuditKey
  {
    let old = try auditKey(file)
    let waiting = file.appendingPathExtension("next")
    if !FileManager.default.fileExists(atPath: waiting.path) {
      try Self.write(Data(Sources.system.random(32)), to: waiting)
    }
    let next = try auditKey(waiting)
    for bureau in try witness.bureaus() {
      // A server may take the number first: then after its checkpoint.
      for attempt in 1... {
        guard let newest = try witness.newest(of: bureau)?.statement,
          newest.nextKey != next.publicKey
        else { break }
        guard newest.nextKey == old.publicKey else {
          throw WitnessError.keyDiffers("Statement \(newest.number) of bureau \(bureau.hex)")
        }
        let handover = try old.rotate(to: next, of: bureau, after: newest, at: now)
        if try witness.append(handover, leaves: nil) { break }
        guard attempt < 100 else {
          throw WitnessError.unavailable("others write to it all the time")
        }
      }
    }
    guard rename(waiting.path, file.path) == 0 else {
      throw Fault(description: "\(file.path) cannot be replaced by the new key beside it")
    }
    return next
  }

  package func bootstrap() throws -> FileBootstrapToken {
    FileBootstrapToken(
      hash: try read("bootstrap.sha256"), claim: secrets.appending(path: "bootstrap.claimed"))
  }

  private func read(_ name: String) throws -> [UInt8] {
    try read(secrets.appending(path: name))
  }

  private func read(_ file: URL) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: file.path), !data.isEmpty else {
      throw Fault(description: "\(file.path) cannot be read; run `bureaud init` first")
    }
    return Array(data)
  }

  /// Whole or not at all: a start that was cut off leaves no half a key behind.
  static func write(_ data: Data, to file: URL) throws {
    let part = file.appendingPathExtension("part")
    // The mode comes first: the content is never readable for others.
    guard
      FileManager.default.createFile(
        atPath: part.path, contents: nil, attributes: [.posixPermissions: 0o600])
    else { throw Fault(description: "\(file.path) cannot be written") }
    let handle = try FileHandle(forWritingTo: part)
    defer { try? handle.close() }
    try handle.write(contentsOf: data)
    try handle.synchronize()
    let folder = open(file.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    defer { if folder >= 0 { close(folder) } }
    guard rename(part.path, file.path) == 0, folder >= 0, fsync(folder) == 0 else {
      throw Fault(
        description: "\(file.path) cannot be written: \(String(cString: strerror(errno)))")
    }
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
