// Secrets at rest: what the server must be able to read again (links that wait to be sent, BankID's
// secrets of an order) lies in the database sealed under a master key that lies elsewhere. A copy
// of the database alone opens nothing.

import Crypto
import Foundation
package import Primitives

package import Domain

/// One master key: 32 bytes, named by a digest of them that tells nothing about the rest.
package struct MasterKey: Sendable, Equatable {
  /// 16 hexadecimal digits.
  package let id: String
  fileprivate let key: SymmetricKey

  /// Exactly 32 random bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    key = SymmetricKey(data: bytes)
    id = SHA256.hash(data: Array("bureau/master-key/v1\n".utf8) + bytes).prefix(8)
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Keys as a file or the environment holds them: base64, separated by commas or white space; the
  /// first seals, the others only open what was sealed before.
  package static func list(_ text: String) throws(SecretError) -> [MasterKey] {
    let words = text.split { $0 == "," || $0.isWhitespace }
    guard !words.isEmpty, words.count <= 16 else { throw .keyMalformed }
    var keys: [MasterKey] = []
    for word in words {
      guard let data = Data(base64Encoded: String(word)), let key = MasterKey(bytes: Array(data))
      else { throw .keyMalformed }
      keys.append(key)
    }
    return keys
  }
}

/// Where a secret lies. A sealed value opens at its own place and at no other.
package struct SecretPlace: Sendable, Equatable {
  package var table: String
  package var column: String
  package var bureau: ID<Bureau>
  /// nil in tables that have no company.
  package var company: ID<Company>?
  package var id: [UInt8]

  package init(
    table: String, column: String, bureau: ID<Bureau>, company: ID<Company>?, id: [UInt8]
  ) {
    self.table = table
    self.column = column
    self.bureau = bureau
    self.company = company
    self.id = id
  }

  /// The associated data: names end with a zero, ids have their length before them.
  fileprivate var bytes: [UInt8] {
    var bytes = Array("bureau/secret/v1\0\(table)\0\(column)\0".utf8)
    for part in [bureau.bytes, company?.bytes ?? [], id] {
      bytes.append(UInt8(truncatingIfNeeded: part.count))
      bytes += part
    }
    return bytes
  }
}

/// Why a secret cannot be sealed or opened: the server's own trouble, never told to a caller.
package enum SecretError: Error, Equatable {
  case keyMalformed
  /// Sealed under a key that is not at hand.
  case keyMissing(id: String)
  case notSealed
  /// Of another place, or changed.
  case doesNotOpen
}

/// Seals and opens secrets with AES-256-GCM.
package struct SecretBox: Sendable {
  private static let mark = "sealed:1:"

  /// The first seals.
  package let keys: [MasterKey]
  private let random: @Sendable (Int) -> [UInt8]

  /// - Parameters:
  ///   - key: seals, and opens what it has sealed.
  ///   - older: open only.
  ///   - random: unpredictable bytes.
  package init(
    _ key: MasterKey, older: [MasterKey] = [], random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    keys = [key] + older
    self.random = random
  }

  /// How everything begins that is sealed under the first key.
  package var currentPrefix: String { Self.prefix(keys[0].id) }

  private static func prefix(_ id: String) -> String { "\(mark)\(id):" }

  /// `sealed:1:<key id>:<base64 of nonce, ciphertext, tag>`
  package func seal(_ secret: [UInt8], at place: SecretPlace) throws -> String {
    let box = try AES.GCM.seal(
      secret, using: keys[0].key, nonce: AES.GCM.Nonce(data: random(12)),
      authenticating: place.bytes)
    let bytes = Data(box.nonce) + box.ciphertext + box.tag
    return currentPrefix + bytes.base64EncodedString()
  }

  package func seal(_ secret: String, at place: SecretPlace) throws -> String {
    try seal(Array(secret.utf8), at: place)
  }

  package func open(bytes sealed: String, at place: SecretPlace) throws(SecretError) -> [UInt8] {
    let id = try Self.keyID(of: sealed)
    guard let key = keys.first(where: { $0.id == id }) else { throw .keyMissing(id: id) }
    guard let data = Data(base64Encoded: String(sealed.dropFirst(Self.prefix(id).count))),
      let box = try? AES.GCM.SealedBox(combined: data),
      let secret = try? AES.GCM.open(box, using: key.key, authenticating: place.bytes)
    else { throw .doesNotOpen }
    return Array(secret)
  }

  package func open(_ sealed: String, at place: SecretPlace) throws(SecretError) -> String {
    guard let text = String(bytes: try open(bytes: sealed, at: place), encoding: .utf8) else {
      throw .doesNotOpen
    }
    return text
  }

  /// Under which key something was sealed.
  package static func keyID(of sealed: String) throws(SecretError) -> String {
    let parts = sealed.split(separator: ":", omittingEmptySubsequences: false)
    guard sealed.hasPrefix(mark), parts.count == 4, parts[2].utf8.count == 16 else {
      throw .notSealed
    }
    return String(parts[2])
  }
}
