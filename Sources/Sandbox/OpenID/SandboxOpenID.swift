// A Norwegian BankID that runs offline: an OpenID Connect provider over real HTTPS, with made-up
// people, and faults to order. What it checks of its relying party it checks in earnest: redirect
// address, client secret, PKCE, one use of each code.

import Crypto
import CryptoExtras
import Foundation
package import Primitives

/// A made-up person with a Norwegian BankID.
package struct SandboxNorwegian: Hashable, Sendable {
  package let nationalID: NorwegianNationalID
  package let name: String

  /// Synthetic numbers as Skatteetaten makes them: 80 added to the month.
  package static let defaults: [SandboxNorwegian] = [
    ("158190", "Ingrid Solberg"), ("028376", "Lars Haugen"), ("218785", "Mette Dahl"),
    ("098268", "Nils Berg"), ("308694", "Oda Lund"),
  ].compactMap { birth, name in
    for number in 100..<200 {
      for check in 0..<100 {
        let digits = "\(birth)\(number)" + (check < 10 ? "0\(check)" : "\(check)")
        if let id = try? NorwegianNationalID(digits, allowsSynthetic: true) {
          return SandboxNorwegian(nationalID: id, name: name)
        }
      }
    }
    return nil
  }
}

/// What goes wrong with the next id_token.
package enum OpenIDFault: String, Sendable, CaseIterable {
  case wrongNonce, wrongAudience, wrongIssuer, expired, wrongKey, lowLevel, unsigned, oldLogin
  case noNationalID, changedClaim
  /// Signed with ES256 by a key of the set: no fault, another algorithm.
  case ellipticKey
}

/// The client that the provider knows.
package struct SandboxOpenIDParty: Sendable {
  package var clientID: String
  package var clientSecret: String
  package var redirectURL: String

  package init(clientID: String, clientSecret: String, redirectURL: String) {
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.redirectURL = redirectURL
  }
}

package actor SandboxOpenID {
  private struct Code {
    var person: SandboxNorwegian
    var nonce: String
    var challenge: String
    var time: Instant
  }

  package nonisolated let people = SandboxNorwegian.defaults
  private let now: @Sendable () -> Instant
  private var party: SandboxOpenIDParty
  private var codes: [String: Code] = [:]
  private var fault: OpenIDFault?
  private var issuer = ""
  private let rsa: _RSA.Signing.PrivateKey
  private let elliptic = P256.Signing.PrivateKey()
  private let foreign: _RSA.Signing.PrivateKey

  package init(party: SandboxOpenIDParty, now: @escaping @Sendable () -> Instant) throws {
    self.party = party
    self.now = now
    rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    foreign = try _RSA.Signing.PrivateKey(keySize: .bits2048)
  }

  /// Told by the server once it listens.
  func serve(at issuer: String) { self.issuer = issuer }

  package func setRedirect(_ url: String) { party.redirectURL = url }
  package func inject(_ fault: OpenIDFault?) { self.fault = fault }

  // MARK: What a person does

  /// The person opens the link, chooses BankID and confirms. Returns where the browser is sent.
  package func approve(_ nationalID: String, link: String) throws -> String {
    guard let person = people.first(where: { $0.nationalID.digits == nationalID }) else {
      throw SandboxOpenIDError("no such person")
    }
    guard let query = URLComponents(string: link)?.percentEncodedQuery else {
      throw SandboxOpenIDError("no authorization request")
    }
    return try authorize(query, as: person)
  }

  /// The person cancels.
  package func decline(link: String) throws -> String {
    let fields = try request(URLComponents(string: link)?.percentEncodedQuery ?? "")
    return "\(party.redirectURL)?error=access_denied&state=\(Self.encode(fields["state"] ?? ""))"
  }

  func authorize(_ query: String, as person: SandboxNorwegian) throws -> String {
    let fields = try request(query)
    let code = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
    codes[code] = Code(
      person: person, nonce: fields["nonce"] ?? "", challenge: fields["code_challenge"] ?? "",
      time: now())
    return "\(party.redirectURL)?code=\(code)&state=\(Self.encode(fields["state"] ?? ""))"
  }

  /// The checked fields of an authorization request.
  func request(_ query: String) throws -> [String: String] {
    guard let fields = Self.fields(query) else { throw SandboxOpenIDError("invalid_request") }
    guard fields["client_id"] == party.clientID, fields["redirect_uri"] == party.redirectURL else {
      throw SandboxOpenIDError("unknown client or redirect_uri")
    }
    guard fields["response_type"] == "code", fields["code_challenge_method"] == "S256",
      fields["code_challenge"]?.utf8.count == 43, fields["nonce"]?.isEmpty == false,
      fields["state"]?.isEmpty == false,
      fields["scope"]?.split(separator: " ").contains("openid") == true
    else { throw SandboxOpenIDError("invalid_request") }
    return fields
  }

  // MARK: Endpoints

  func discovery() throws -> Data {
    try JSONSerialization.data(
      withJSONObject: [
        "issuer": issuer, "authorization_endpoint": "\(issuer)/authorize",
        "token_endpoint": "\(issuer)/token", "jwks_uri": "\(issuer)/jwks",
        "response_types_supported": ["code"], "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "code_challenge_methods_supported": ["S256"],
      ] as [String: Any])
  }

  func keys() throws -> Data {
    let numbers = try rsa.publicKey.getKeyPrimitives()
    let point = Array(elliptic.publicKey.x963Representation)
    return try JSONSerialization.data(withJSONObject: [
      "keys": [
        [
          "kty": "RSA", "kid": "rsa-1", "use": "sig", "alg": "RS256",
          "n": Self.encoded(numbers.modulus), "e": Self.encoded(numbers.publicExponent),
        ],
        [
          "kty": "EC", "kid": "ec-1", "use": "sig", "alg": "ES256", "crv": "P-256",
          "x": Self.encoded(point[1..<33]), "y": Self.encoded(point[33..<65]),
        ],
      ]
    ])
  }

  /// - Parameter authorization: The header of the same name.
  func token(_ form: String, authorization: String?) throws -> Data {
    // RFC 6749 §2.3.1: both are form-encoded before they are joined.
    let basic = (authorization ?? "").dropFirst("Basic ".count)
    let text = Data(base64Encoded: String(basic)).flatMap { String(bytes: $0, encoding: .utf8) }
    let pair = (text ?? "").split(separator: ":", omittingEmptySubsequences: false)
      .map { $0.replacing("+", with: " ").removingPercentEncoding ?? "" }
    guard pair == [party.clientID, party.clientSecret] else {
      throw SandboxOpenIDError("invalid_client")
    }
    guard let fields = Self.fields(form), fields["grant_type"] == "authorization_code",
      fields["redirect_uri"] == party.redirectURL,
      // Good once, whatever comes of it.
      let code = codes.removeValue(forKey: fields["code"] ?? ""),
      code.time.adding(seconds: 60) > now(),
      Self.encoded(SHA256.hash(data: Array((fields["code_verifier"] ?? "").utf8)))
        == code.challenge
    else { throw SandboxOpenIDError("invalid_grant") }
    return try JSONSerialization.data(
      withJSONObject: [
        "access_token": "sandbox", "token_type": "Bearer", "expires_in": 300,
        "id_token": try idToken(code),
      ] as [String: Any])
  }

  private func idToken(_ code: Code) throws -> String {
    let fault = self.fault.take(), time = now().microseconds / 1_000_000
    var claims: [String: Any] = [
      "iss": issuer, "aud": party.clientID,
      "sub": "sandbox-\(code.person.nationalID.digits.prefix(6))",
      "iat": time, "exp": time + 300, "auth_time": time, "nonce": code.nonce,
      "acr": "urn:bankid:bid;LOA=4", "amr": "BID", "name": code.person.name,
      "bankid_altsub": "9578-6000-4-000001", "nnin": code.person.nationalID.digits,
    ]
    switch fault {
    case .wrongNonce: claims["nonce"] = "another"
    case .wrongAudience: claims["aud"] = "another-client"
    case .wrongIssuer: claims["iss"] = "https://elsewhere.example"
    case .expired: (claims["iat"], claims["exp"]) = (time - 7_200, time - 3_600)
    case .lowLevel: claims["acr"] = "urn:bankid:bis;LOA=3"
    case .oldLogin: claims["auth_time"] = time - 7_200
    case .noNationalID: claims["nnin"] = nil
    default: break
    }
    let isElliptic = fault == .ellipticKey
    let head: [String: Any] =
      fault == .unsigned
      ? ["alg": "none", "typ": "JWT"]
      : [
        "alg": isElliptic ? "ES256" : "RS256", "kid": isElliptic ? "ec-1" : "rsa-1", "typ": "JWT",
      ]
    func part(_ object: [String: Any]) throws -> String {
      Self.encoded(try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]))
    }
    let message = "\(try part(head)).\(try part(claims))"
    if fault == .unsigned { return "\(message)." }
    let signature = try sign(message, fault)
    guard fault == .changedClaim else { return "\(message).\(Self.encoded(signature))" }
    claims["name"] = "Somebody Else"
    return "\(try part(head)).\(try part(claims)).\(Self.encoded(signature))"
  }

  private func sign(_ message: String, _ fault: OpenIDFault?) throws -> [UInt8] {
    let digest = SHA256.hash(data: Array(message.utf8))
    if fault == .ellipticKey { return Array(try elliptic.signature(for: digest).rawRepresentation) }
    let key = fault == .wrongKey ? foreign : rsa
    return Array(
      try key.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation)
  }

  // MARK: Text

  private static func encoded(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  private static func encode(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }

  static func fields(_ text: String) -> [String: String]? {
    var fields: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = parts.first?.removingPercentEncoding, parts.count == 2,
        let value = parts[1].replacing("+", with: " ").removingPercentEncoding
      else { return nil }
      fields[name] = value
    }
    return fields
  }
}

package struct SandboxOpenIDError: Error, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}
