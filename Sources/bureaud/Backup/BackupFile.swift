// One file: a SQLite database, and after it a manifest that says what it is and of whom, signed with
// the audit key. SQLite itself reads the file as it is; `restore` reads the manifest first.
//
//     <database-bytes bytes of a SQLite database>
//     bureau/backup/v1
//     time <RFC 3339>
//     schema <number of migrations>
//     database-bytes <n>
//     database-sha256 <hexadecimal>
//     audit-key <hexadecimal>
//     identity-key <SHA-256 over its purpose and the key, hexadecimal>
//     bureau <id> <journals> <facts> <display name>      one line a bureau
//     signature <hexadecimal>
//     bureau/backup/end <bytes of the manifest, this line included, 12 digits>

import AuditTrail
import Crypto
package import Foundation
package import Primitives
package import Storage

#if canImport(Glibc)
  import Glibc
#endif

/// Why a backup is not made or not restored, in words for whoever typed the command.
package struct BackupFault: Error, Equatable, CustomStringConvertible {
  package var description: String
  package init(_ description: String) { self.description = description }
}

/// The two keys that lie apart from the database and belong to it.
package struct InstallationKeys: Sendable {
  private let audit: Curve25519.Signing.PrivateKey
  /// Tells the identity key without giving it away: it has 256 random bits.
  package let identityMark: String

  package init(auditSeed: [UInt8], identityKey: [UInt8]) throws {
    audit = try Curve25519.Signing.PrivateKey(rawRepresentation: auditSeed)
    let purpose = Array("bureau/identity-key/v1\0".utf8)
    identityMark = Array(SHA256.hash(data: purpose + identityKey)).hexadecimal
  }

  package var auditKey: String { Array(audit.publicKey.rawRepresentation).hexadecimal }

  fileprivate func sign(_ text: String) throws -> String {
    Array(try audit.signature(for: Array(text.utf8))).hexadecimal
  }
}

package struct BackupManifest: Sendable, Equatable {
  package var time: Instant
  package var schema: Int
  package var databaseBytes: Int64
  package var databaseDigest: String
  package var auditKey: String
  package var identityMark: String
  package var content: BackupContent

  package init(
    time: Instant, schema: Int, databaseBytes: Int64, databaseDigest: String,
    keys: InstallationKeys, content: BackupContent
  ) {
    self.time = time
    self.schema = schema
    self.databaseBytes = databaseBytes
    self.databaseDigest = databaseDigest
    auditKey = keys.auditKey
    identityMark = keys.identityMark
    self.content = content
  }

  private static let head = "bureau/backup/v1"
  private static let end = "bureau/backup/end "
  /// Of the last line: its words, twelve digits and the line feed.
  private static let endBytes = end.utf8.count + 13
  private static let limit = 64 << 20

  private var text: String {
    let bureaus = content.bureaus.map {
      "bureau \($0.id) \($0.journals) \($0.facts) \($0.displayName.plainLine)\n"
    }
    return """
      \(Self.head)
      time \(time.rfc3339)
      schema \(schema)
      database-bytes \(databaseBytes)
      database-sha256 \(databaseDigest)
      audit-key \(auditKey)
      identity-key \(identityMark)

      """ + bureaus.joined()
  }

  /// What stands after the database.
  package func bytes(signedBy keys: InstallationKeys) throws -> [UInt8] {
    let signed = text + "signature \(try keys.sign(text))\n"
    let count = String(signed.utf8.count + Self.endBytes)
    let digits = String(repeating: "0", count: 12 - count.count) + count
    return Array((signed + Self.end + digits + "\n").utf8)
  }

  // MARK: Reading

  /// Reads the manifest at the end of a file and checks its signature.
  package static func read(_ file: FileHandle, named name: String) throws -> BackupManifest {
    let size = try file.seekToEnd()
    let none = BackupFault(
      "\(name) is no backup of Bureau, or it was cut off: it does not end with a manifest")
    guard size > UInt64(endBytes) else { throw none }
    try file.seek(toOffset: size - UInt64(endBytes))
    let tail = String(decoding: try file.read(upToCount: endBytes) ?? Data(), as: UTF8.self)
    guard tail.hasPrefix(end), let count = UInt64(tail.dropFirst(end.count).prefix(12)),
      count <= size, count > endBytes, count <= limit
    else { throw none }
    try file.seek(toOffset: size - count)
    let bytes = try file.read(upToCount: Int(count) - endBytes) ?? Data()
    let damaged = BackupFault("\(name) is damaged: its manifest is not what was signed")
    guard let text = String(validating: Array(bytes), as: UTF8.self),
      let manifest = parse(text), manifest.databaseBytes == Int64(size - count)
    else { throw damaged }
    return manifest
  }

  private static func parse(_ text: String) -> BackupManifest? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // The last line feed leaves an empty one.
    guard lines.count >= 9, lines.last == "", lines[0] == head else { return nil }
    func value(_ index: Int, _ name: String) -> String? {
      let prefix = name + " "
      return lines[index].hasPrefix(prefix) ? String(lines[index].dropFirst(prefix.count)) : nil
    }
    guard let time = value(1, "time").flatMap(Instant.init(rfc3339:)),
      let schema = value(2, "schema").flatMap({ Int($0) }),
      let count = value(3, "database-bytes").flatMap({ Int64($0) }),
      let digest = value(4, "database-sha256"), let auditKey = value(5, "audit-key"),
      let identityMark = value(6, "identity-key"),
      let signature = value(lines.count - 2, "signature")?.hexBytes(64),
      let key = auditKey.hexBytes(32).flatMap({
        try? Curve25519.Signing.PublicKey(rawRepresentation: $0)
      })
    else { return nil }
    let signed = lines.dropLast(2).map { $0 + "\n" }.joined()
    guard key.isValidSignature(signature, for: Array(signed.utf8)) else { return nil }
    var bureaus: [BackupContent.Bureau] = []
    for line in lines[7..<(lines.count - 2)] {
      let parts = line.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: false)
      guard parts.count == 5, parts[0] == "bureau", let journals = Int64(parts[2]),
        let facts = Int64(parts[3])
      else { return nil }
      bureaus.append(
        BackupContent.Bureau(
          id: String(parts[1]), displayName: String(parts[4]), journals: journals, facts: facts))
    }
    return BackupManifest(
      time: time, schema: schema, databaseBytes: count, databaseDigest: digest,
      auditKey: auditKey, identityMark: identityMark, content: BackupContent(bureaus: bureaus))
  }

  private init(
    time: Instant, schema: Int, databaseBytes: Int64, databaseDigest: String, auditKey: String,
    identityMark: String, content: BackupContent
  ) {
    self.time = time
    self.schema = schema
    self.databaseBytes = databaseBytes
    self.databaseDigest = databaseDigest
    self.auditKey = auditKey
    self.identityMark = identityMark
    self.content = content
  }

  /// Refuses a backup that does not belong here, before anything is touched.
  package func require(_ keys: InstallationKeys, schema known: Int, named name: String)
    throws(BackupFault)
  {
    guard auditKey == keys.auditKey else {
      let bureaus = content.bureaus.prefix(3).map(\.displayName).joined(separator: ", ")
      throw BackupFault(
        "\(name) is the backup of another installation (\(bureaus)): it was made under the audit"
          + " key \(auditKey.prefix(16))…, and this home has \(keys.auditKey.prefix(16))…."
          + " If the keys are wrong here, put back the ones that were kept with the backup.")
    }
    guard identityMark == keys.identityMark else {
      throw BackupFault(
        "secrets/identity.key is not the one that \(name) was made with: nobody could log in."
          + " Put back the one that was kept with the backup.")
    }
    guard schema <= known else {
      throw BackupFault(
        "\(name) was made by a newer program: its schema is \(schema), this one knows \(known)."
          + " Restore it with the newer program.")
    }
  }
}

/// A file under its final name only when it is whole and on the disk; never in the place of another.
package struct NewWholeFile {
  package let target: URL
  package let draft: URL

  package init(_ target: URL) throws(BackupFault) {
    self.target = target
    draft = target.deletingLastPathComponent()
      .appending(path: ".\(target.lastPathComponent).part-\(getpid())")
    guard !FileManager.default.fileExists(atPath: target.path) else {
      throw BackupFault("\(target.path) is there already; a backup never takes another's place")
    }
    // The mode comes first: the content is never readable for others.
    let descriptor = open(draft.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw BackupFault("\(target.path) cannot be written: \(String(cString: strerror(errno)))")
    }
    close(descriptor)
  }

  package func append(_ bytes: [UInt8]) throws {
    let handle = try FileHandle(forWritingTo: draft)
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: bytes)
    try handle.synchronize()
  }

  package func finish() throws(BackupFault) {
    // A link, unlike a rename, is refused where the name has been taken meanwhile.
    guard link(draft.path, target.path) == 0 else {
      throw BackupFault("\(target.path) cannot be made: \(String(cString: strerror(errno)))")
    }
    unlink(draft.path)
    let folder = open(target.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  /// Leaves nothing behind. Harmless after `finish`.
  package func giveUp() { unlink(draft.path) }
}

/// SHA-256 and size of the first `limit` bytes of a file, and a copy of them where one is asked for.
package func digest(of file: FileHandle, first limit: Int64? = nil, into copy: FileHandle? = nil)
  throws -> (digest: String, count: Int64)
{
  try file.seek(toOffset: 0)
  var hash = SHA256()
  var count: Int64 = 0
  while limit.map({ count < $0 }) ?? true {
    let rest = limit.map { Int($0 - count) } ?? Int.max
    guard let part = try file.read(upToCount: Swift.min(1 << 20, rest)), !part.isEmpty else {
      break
    }
    hash.update(data: part)
    try copy?.write(contentsOf: part)
    count += Int64(part.count)
  }
  return (Array(hash.finalize()).hexadecimal, count)
}
