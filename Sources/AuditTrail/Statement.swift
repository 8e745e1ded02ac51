// What is left with a witness: short signed texts, numbered and chained, that tell where a bureau's
// journals stood. They name no company, so anyone may keep one. docs/audit-format.md is their
// description for others; the two are held together by tests.

import Crypto
package import Primitives

/// One text of a bureau's chain at the witness.
package struct Statement: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// Merkle root over the heads of all the bureau's journals, ordered by company id.
    case checkpoint(size: Int64, root: [UInt8])
    /// From here on another key signs; both keys have signed this.
    case rotation(newKey: [UInt8])
    /// The journals were put back to an older state by an operator, who said so: what follows is
    /// not held against what stands before.
    case restored
  }

  /// 16 bytes.
  package var bureau: [UInt8]
  /// From 1, without gaps.
  package var number: Int64
  /// By the clock of the server that signed; the order is that of the numbers.
  package var time: Instant
  /// SHA-256 of the text before; 32 zero bytes for the first.
  package var previous: [UInt8]
  /// The Ed25519 public key that signs this text.
  package var key: [UInt8]
  package var kind: Kind

  package init(
    bureau: [UInt8], number: Int64, time: Instant, previous: [UInt8], key: [UInt8], kind: Kind
  ) {
    self.bureau = bureau
    self.number = number
    self.time = time
    self.previous = previous
    self.key = key
    self.kind = kind
  }

  package static let nothingBefore = [UInt8](repeating: 0, count: 32)

  /// The exact text that is signed; one for each value.
  package var text: String {
    let title =
      switch kind {
      case .checkpoint: "checkpoint/v2"
      case .rotation: "key-rotation/v1"
      case .restored: "restored/v1"
      }
    let last =
      switch kind {
      case .checkpoint(let size, let root): "size \(size)\nroot \(root.hexadecimal)\n"
      case .rotation(let newKey): "new-key \(newKey.hexadecimal)\n"
      case .restored: ""
      }
    return """
      bureau/\(title)
      bureau \(bureau.hexadecimal)
      number \(number)
      time \(time.rfc3339)
      previous \(previous.hexadecimal)
      key \(key.hexadecimal)

      """ + last
  }

  /// Reads a text back; nil unless writing it again gives the same bytes.
  package init?(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    }
    guard lines.count >= 7, lines.last == [""] else { return nil }
    func value(_ line: Int, _ label: String) -> String? {
      guard lines.indices.contains(line), lines[line].count == 2, lines[line][0] == label else {
        return nil
      }
      return lines[line][1]
    }
    guard let bureau = value(1, "bureau")?.hexBytes(16), let number = value(2, "number"),
      let number = Int64(number), number > 0,
      let time = value(3, "time").flatMap({ Instant(rfc3339: $0) }),
      let previous = value(4, "previous")?.hexBytes(32), let key = value(5, "key")?.hexBytes(32)
    else { return nil }
    let kind: Kind
    switch lines[0] {
    case ["bureau/checkpoint/v2"]:
      guard let size = value(6, "size").flatMap({ Int64($0) }), size >= 0,
        let root = value(7, "root")?.hexBytes(32)
      else { return nil }
      kind = .checkpoint(size: size, root: root)
    case ["bureau/key-rotation/v1"]:
      guard let newKey = value(6, "new-key")?.hexBytes(32) else { return nil }
      kind = .rotation(newKey: newKey)
    case ["bureau/restored/v1"]: kind = .restored
    default: return nil
    }
    self.init(
      bureau: bureau, number: number, time: time, previous: previous, key: key, kind: kind)
    guard self.text == text else { return nil }
  }

  /// What the next text of the chain calls `previous`.
  package var digest: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

  /// The key that signs the next text.
  package var nextKey: [UInt8] {
    if case .rotation(let newKey) = kind { newKey } else { key }
  }

  package var isCheckpoint: Bool {
    if case .checkpoint = kind { true } else { false }
  }
}

/// A statement with its signatures: the content of a file at the witness.
package struct SignedStatement: Hashable, Sendable {
  package let statement: Statement
  /// Ed25519 over the text: by its key, and for a rotation also by the new one.
  package let signatures: [[UInt8]]

  package init(_ statement: Statement, signatures: [[UInt8]]) {
    self.statement = statement
    self.signatures = signatures
  }

  /// The text, an empty line, a line `signature <hex>` for each signature.
  package var file: [UInt8] {
    Array(
      (statement.text + "\n" + signatures.map { "signature \($0.hexadecimal)\n" }.joined()).utf8)
  }

  /// Reads a file; nil where it is none. The signatures are not checked by this.
  package init?(file: [UInt8]) {
    guard file.count <= 4_096, let text = String(validating: file, as: UTF8.self),
      let gap = text.firstRange(of: "\n\n"),
      let statement = Statement(text: String(text[..<gap.lowerBound]) + "\n")
    else { return nil }
    var signatures: [[UInt8]] = []
    for line in text[gap.upperBound...].split(separator: "\n") {
      guard line.hasPrefix("signature "),
        let signature = String(line.dropFirst("signature ".count)).hexBytes(64)
      else { return nil }
      signatures.append(signature)
    }
    self.init(statement, signatures: signatures)
    guard self.file == file else { return nil }
  }

  /// Whether the keys that the text names have signed it.
  package var isGenuine: Bool {
    var keys = [statement.key]
    if case .rotation(let newKey) = statement.kind { keys.append(newKey) }
    guard keys.count == signatures.count else { return false }
    let text = Array(statement.text.utf8)
    return zip(keys, signatures).allSatisfy { key, signature in
      (try? Curve25519.Signing.PublicKey(rawRepresentation: key))?
        .isValidSignature(signature, for: text) == true
    }
  }
}
