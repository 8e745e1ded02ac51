import Crypto
package import Domain
package import Foundation
package import Primitives
package import Storage

/// A signed statement of where every journal of a bureau stood.
package struct Checkpoint: Sendable, Equatable {
  package var bureau: ID<Bureau>
  package var time: Instant
  /// By company id.
  package var heads: [JournalHead]
  package var root: [UInt8]
  /// The exact bytes that were signed.
  package var text: String
  /// Ed25519 under the audit key.
  package var signature: [UInt8]

  /// The text, its signature and the public key, as the witness keeps them (JSON).
  package var content: [UInt8]
}

/// Signs checkpoints with a key that is kept apart from the database.
package struct AuditKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  /// 32 bytes.
  package init(seed: [UInt8]) throws {
    key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
  }

  package var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

  package func checkpoint(_ heads: [JournalHead], of bureau: ID<Bureau>, at time: Instant) throws
    -> Checkpoint
  {
    let heads = heads.sorted { $0.company < $1.company }
    let root = AuditTables.merkleRoot(heads)
    let text = CheckpointFile.text(bureau: bureau, time: time, heads: heads, root: root)
    let signature = Array(try key.signature(for: Array(text.utf8)))
    let file = CheckpointFile(
      checkpoint: text, signature: signature.hexText, publicKey: publicKey.hexText)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Checkpoint(
      bureau: bureau, time: time, heads: heads, root: root, text: text, signature: signature,
      content: Array(try encoder.encode(file)) + [0x0A])
  }

  /// Reads a checkpoint back; nil if it isn't one that this key signed.
  package func read(_ content: [UInt8]) -> Checkpoint? {
    guard let file = try? JSONDecoder().decode(CheckpointFile.self, from: Data(content)),
      let signature = file.signature.hexBytes,
      key.publicKey.isValidSignature(signature, for: Array(file.checkpoint.utf8)),
      let parts = CheckpointFile.parse(file.checkpoint)
    else { return nil }
    return Checkpoint(
      bureau: parts.bureau, time: parts.time, heads: parts.heads, root: parts.root,
      text: file.checkpoint, signature: signature, content: content)
  }
}

/// The file's three members; `checkpoint` is the signed text:
///
///     bureau/checkpoint/v1
///     bureau <hex>
///     time <RFC 3339>
///     root <hex>
///     head <company hex> <sequence> <hash hex>      one line a company, by company
struct CheckpointFile: Codable {
  var checkpoint: String
  var signature: String
  var publicKey: String

  static func text(bureau: ID<Bureau>, time: Instant, heads: [JournalHead], root: [UInt8])
    -> String
  {
    let lines = heads.map { "head \($0.company.hex) \($0.sequence) \($0.hash.hexText)\n" }
    return """
      bureau/checkpoint/v1
      bureau \(bureau.hex)
      time \(time.rfc3339)
      root \(root.hexText)

      """ + lines.joined()
  }

  static func parse(_ text: String) -> (
    bureau: ID<Bureau>, time: Instant, root: [UInt8], heads: [JournalHead]
  )? {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    guard lines.count >= 4, lines[0] == ["bureau/checkpoint/v1"], lines[1].count == 2,
      let bureau = ID<Bureau>(hex: lines[1][1]), lines[2].count == 2,
      let time = Instant(rfc3339: lines[2][1]), lines[3].count == 2,
      let root = lines[3][1].hexBytes
    else { return nil }
    var heads: [JournalHead] = []
    for line in lines.dropFirst(4) {
      guard line.count == 4, line[0] == "head", let company = ID<Company>(hex: line[1]),
        let sequence = Int64(line[2]), let hash = line[3].hexBytes
      else { return nil }
      heads.append(JournalHead(company: company, sequence: sequence, hash: hash))
    }
    return (bureau, time, root, heads)
  }
}

/// Where checkpoints are kept outside the database.
package protocol Witness: Sendable {
  func keep(_ checkpoint: Checkpoint) throws
  /// The newest checkpoint of a bureau, as it was kept; nil where there is none.
  func newest(of bureau: ID<Bureau>) throws -> [UInt8]?
}

/// A folder, best on another machine: `<bureau>/<time>.json`, never overwritten.
package struct FolderWitness: Witness {
  private let folder: URL

  package init(folder: URL) { self.folder = folder }

  package func keep(_ checkpoint: Checkpoint) throws {
    let place = folder.appending(path: checkpoint.bureau.hex)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    // Microseconds in a fixed width: names sort as times do.
    let digits = String(max(0, checkpoint.time.microseconds))
    let name = String(repeating: "0", count: max(0, 18 - digits.count)) + digits
    let facts = checkpoint.heads.reduce(0) { $0 + $1.sequence }
    try Data(checkpoint.content).write(
      to: place.appending(path: "\(name)-\(facts).json"), options: .atomic)
  }

  package func newest(of bureau: ID<Bureau>) throws -> [UInt8]? {
    let place = folder.appending(path: bureau.hex)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: place.path),
      let newest = names.filter({ $0.hasSuffix(".json") }).max()
    else { return nil }
    return Array(try Data(contentsOf: place.appending(path: newest)))
  }
}

extension String {
  /// The bytes that an even number of hexadecimal digits stand for.
  var hexBytes: [UInt8]? {
    let digits = Array(utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    func value(_ digit: UInt8) -> UInt8? {
      Character(UnicodeScalar(digit)).hexDigitValue.map(UInt8.init)
    }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
