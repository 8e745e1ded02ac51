// An id_token (OpenID Connect Core §2): what it says, and whether it may be believed.

import Crypto
import Foundation
import Primitives

struct IDToken: Sendable {
  struct Header: Codable, Sendable {
    var alg: String
    var kid: String?
    var crit: [String]?
  }

  let header: Header
  private let payload: [UInt8]
  private let signature: [UInt8]
  /// The bytes that are signed.
  private let message: [UInt8]

  /// The compact form: three parts, at most 16 KiB.
  init(_ text: String) throws(OpenIDError) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= 16_384, parts.count == 3,
      let head = Base64URL.decode(String(parts[0])), let body = Base64URL.decode(String(parts[1])),
      let signature = Base64URL.decode(String(parts[2])),
      let header = try? JSONDecoder().decode(Header.self, from: Data(head))
    else { throw .malformed }
    // An extension that must be understood is not.
    guard header.crit == nil else { throw .algorithm("crit") }
    guard ["RS256", "ES256"].contains(header.alg) else { throw .algorithm(header.alg) }
    self.header = header
    payload = body
    self.signature = signature
    message = Array("\(parts[0]).\(parts[1])".utf8)
  }

  func isSigned(by key: JSONWebKey) -> Bool {
    if let kid = header.kid, let other = key.kid, kid != other { return false }
    return key.verifies(signature, of: message, algorithm: header.alg)
  }

  /// What must hold besides the signature.
  struct Expectation: Sendable {
    var issuer: String
    var clientID: String
    var nonce: String
    /// The least level of assurance: 4 is high, 3 substantial.
    var level: Int
    var nationalIDClaim: String
    var time: Instant
  }

  struct Claims: Sendable, Equatable {
    var subject: String
    var name: String
    var nationalID: String
    var level: Int
    var authenticationTime: Int64
  }

  /// How far clocks may differ.
  private static let leewaySeconds: Int64 = 60
  /// How long ago the person may have proved who they are: an order is open for ten minutes.
  private static let freshSeconds: Int64 = 900

  /// Checks the claims. The signature is checked apart, before.
  func claims(_ wanted: Expectation) throws(OpenIDError) -> Claims {
    guard
      let all = (try? JSONSerialization.jsonObject(with: Data(payload))) as? [String: Any]
    else { throw .malformed }
    let now = wanted.time.microseconds / 1_000_000
    guard all["iss"] as? String == wanted.issuer else { throw .issuer }
    let audience = (all["aud"] as? [String]) ?? (all["aud"] as? String).map { [$0] } ?? []
    guard audience.contains(wanted.clientID) else { throw .audience }
    if audience.count > 1 || all["azp"] != nil {
      guard all["azp"] as? String == wanted.clientID else { throw .audience }
    }
    guard let expiry = Self.seconds(all["exp"]), now < expiry + Self.leewaySeconds else {
      throw .expired
    }
    guard let issued = Self.seconds(all["iat"]), issued <= now + Self.leewaySeconds else {
      throw .expired
    }
    guard let nonce = all["nonce"] as? String, Self.isEqual(nonce, wanted.nonce) else {
      throw .nonce
    }
    guard let authenticated = Self.seconds(all["auth_time"]),
      authenticated <= now + Self.leewaySeconds,
      authenticated > now - Self.freshSeconds
    else { throw .stale }
    let level = Self.level(all["acr"] as? String ?? "")
    guard level >= wanted.level else { throw .level }
    guard let nationalID = all[wanted.nationalIDClaim] as? String else {
      throw .nationalIDMissing
    }
    return Claims(
      subject: all["sub"] as? String ?? "",
      name: String((all["name"] as? String ?? "").prefix(140)),
      nationalID: nationalID, level: level, authenticationTime: authenticated)
  }

  /// `urn:bankid:bid;LOA=4` is 4; what is not understood is 0.
  static func level(_ acr: String) -> Int {
    guard acr.hasPrefix("urn:bankid:"), let part = acr.split(separator: ";").last,
      part.hasPrefix("LOA=")
    else { return 0 }
    return Int(part.dropFirst(4)) ?? 0
  }

  private static func seconds(_ value: Any?) -> Int64? {
    guard let number = value as? NSNumber else { return nil }
    let seconds = number.int64Value
    return (0...253_402_300_799).contains(seconds) ? seconds : nil
  }

  /// Takes the same time wherever they differ.
  private static func isEqual(_ a: String, _ b: String) -> Bool {
    SHA256.hash(data: Array(a.utf8)) == SHA256.hash(data: Array(b.utf8))
  }
}

/// Why an identity provider's answer is not believed, or not there.
package enum OpenIDError: Error, Equatable, Sendable {
  case malformed
  case algorithm(String)
  case signature
  case issuer, audience, expired, nonce, stale, level, nationalIDMissing, nationalIDInvalid
  /// `invalid_grant`: the code is none, used, too old or another's.
  case refused(String)
  case unavailable(String)

  package var message: String {
    switch self {
    case .malformed: "the answer cannot be read"
    case .algorithm(let name): "the signature's algorithm \(name.prefix(20)) is not accepted"
    case .signature: "the signature is not the identity provider's"
    case .issuer: "it was issued by another"
    case .audience: "it was issued for another"
    case .expired: "it is not valid at this time"
    case .nonce: "it was given for something else"
    case .stale: "the person has not proved who they are for this"
    case .level: "the level of assurance is too low"
    case .nationalIDMissing: "it holds no national id"
    case .nationalIDInvalid: "the national id in it is not valid"
    case .refused(let word): "the identity provider refused the code (\(word))"
    case .unavailable(let why): "the identity provider does not answer (\(why))"
    }
  }
}
