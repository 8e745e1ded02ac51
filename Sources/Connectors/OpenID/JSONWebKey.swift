// Keys and signatures of JSON Web Tokens (RFC 7515, 7517, 7518), as far as Norwegian BankID needs
// them: RS256 and ES256. Everything else is refused, "none" and shared secrets above all.

import Crypto
import CryptoExtras
import Foundation

/// A public key out of a JWKS document.
struct JSONWebKey: Codable, Equatable, Sendable {
  var kty: String
  var kid: String?
  var use: String?
  var alg: String?
  var n: String?
  var e: String?
  var crv: String?
  var x: String?
  var y: String?

  /// Whether `signature` over `message` was made with this key by `algorithm`.
  func verifies(_ signature: [UInt8], of message: [UInt8], algorithm: String) -> Bool {
    if let use, use != "sig" { return false }
    if let alg, alg != algorithm { return false }
    switch (algorithm, kty) {
    case ("RS256", "RSA"):
      guard let n = n.flatMap(Base64URL.decode), let e = e.flatMap(Base64URL.decode),
        // 2048 bits at least.
        n.count >= 256, n.count <= 1_024, e.count <= 8,
        let key = try? _RSA.Signing.PublicKey(n: n, e: e)
      else { return false }
      return key.isValidSignature(
        _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: message),
        padding: .insecurePKCS1v1_5)
    case ("ES256", "EC"):
      guard crv == "P-256", let x = x.flatMap(Base64URL.decode), x.count == 32,
        let y = y.flatMap(Base64URL.decode), y.count == 32,
        let key = try? P256.Signing.PublicKey(x963Representation: [4] + x + y),
        let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(signature, for: SHA256.hash(data: message))
    default: return false
    }
  }
}

struct JSONWebKeySet: Decodable, Sendable {
  /// Those that cannot be read (other kinds of keys) are passed over.
  var keys: [JSONWebKey]

  private struct Lenient: Decodable {
    var key: JSONWebKey?
    init(from decoder: any Decoder) throws { key = try? JSONWebKey(from: decoder) }
  }

  private enum CodingKeys: CodingKey { case keys }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    keys = try container.decode([Lenient].self, forKey: .keys).prefix(50).compactMap(\.key)
  }
}

/// base64url without padding (RFC 4648 §5).
package enum Base64URL {
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  package static func decode(_ text: String) -> [UInt8]? {
    guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != 0x3D })
    else { return nil }
    let plain = text.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
    return Data(base64Encoded: plain + padding).map { Array($0) }
  }
}
