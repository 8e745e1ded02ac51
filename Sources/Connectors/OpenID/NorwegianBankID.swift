// Norwegian BankID by OpenID Connect: authorization code flow with PKCE (S256), state and nonce.
//
// The provider signs who the person is, when, how surely, and a nonce of ours; it signs no text.
// So the nonce is a digest of the text and data that the person was shown by us: the id_token
// proves that this person, at this moment, proved who they are in a transaction that was begun for
// exactly this content. It does not prove that BankID itself showed the text (DECISIONS.md).

import Crypto
package import Domain
import Foundation
package import Primitives

package struct NorwegianBankID: RedirectIdentity {
  private let client: OpenIDClient
  private let party: OpenIDRelyingParty
  private let allowsSynthetic: Bool
  private let random: @Sendable (Int) -> [UInt8]

  /// - Parameter allowsSynthetic: Whether made-up national ids count: test systems only.
  package init(
    _ client: OpenIDClient, _ party: OpenIDRelyingParty, allowsSynthetic: Bool,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    self.client = client
    self.party = party
    self.allowsSynthetic = allowsSynthetic
    self.random = random
  }

  /// What is kept of a completed order: enough to verify it for ever, with no other source.
  struct Kept: Codable, Sendable {
    var format = "bureau/openid-evidence/v1"
    var issuer: String
    var client_id: String
    /// As it came.
    var id_token: String
    /// The key of the provider's JWKS that has signed it.
    var jwk: JSONWebKey
    /// base64url, 32 bytes: with the digests of the content it gives the nonce.
    var nonce_salt: String
  }

  package func start(_ content: RedirectContent, state: String) async throws(IdentityError)
    -> OrderTicket
  {
    guard let redirectURL = party.redirectURL() else {
      throw .bankIDUnavailable("the pages where people come back are not there yet.")
    }
    let documents: OpenIDDiscovery
    do { documents = try await client.documents() } catch {
      throw .bankIDUnavailable("\(error.message).")
    }
    let verifier = Base64URL.encode(random(32)), salt = Base64URL.encode(random(32))
    let challenge = Base64URL.encode(SHA256.hash(data: Array(verifier.utf8)))
    let nonce = Self.nonce(content.isLogin, content.text, content.data, salt: salt)
    var fields = [
      ("response_type", "code"), ("client_id", party.clientID),
      ("redirect_uri", redirectURL), ("scope", party.scope), ("state", state),
      ("nonce", nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"),
      // A fresh proof each time, whoever was logged in there before.
      ("prompt", "login"), ("max_age", "0"),
    ]
    if !content.isLogin { fields.append(("acr_values", "urn:bankid:bid;LOA=4")) }
    let glue = documents.authorization_endpoint.contains("?") ? "&" : "?"
    return OrderTicket(
      orderRef: state, autoStartToken: "", qrStartToken: "",
      qrStartSecret: "\(verifier) \(salt)",
      openURL: documents.authorization_endpoint + glue + Form.text(fields))
  }

  package func redeem(_ code: String, of ticket: OrderTicket) async throws(IdentityError)
    -> [UInt8]
  {
    let parts = ticket.qrStartSecret.split(separator: " ").map(String.init)
    guard parts.count == 2 else { throw .orderEnded }
    do {
      let text = try await client.redeem(code, verifier: parts[0])
      let key = try await client.key(of: try IDToken(text))
      let kept = Kept(
        issuer: party.issuer, client_id: party.clientID, id_token: text, jwk: key,
        nonce_salt: parts[1])
      return try Self.encoded(kept)
    } catch let error as OpenIDError {
      switch error {
      case .unavailable: throw .bankIDUnavailable("\(error.message).")
      case .refused: throw .codeRefused(error.message)
      default: throw .evidenceRefused(error.message)
      }
    } catch { throw .evidenceRefused("it cannot be kept") }
  }

  private static func encoded(_ kept: Kept) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(kept))
  }

  package func verify(
    _ answer: [UInt8], of order: Order, key: NationalIDKey, at time: Instant
  ) throws(IdentityError) -> Evidence {
    let isLogin = order.purpose == .login
    do throws(OpenIDError) {
      guard let kept = try? JSONDecoder().decode(Kept.self, from: Data(answer)),
        kept.format == "bureau/openid-evidence/v1"
      else { throw .malformed }
      guard kept.issuer == party.issuer else { throw .issuer }
      guard kept.client_id == party.clientID else { throw .audience }
      let token = try IDToken(kept.id_token)
      guard token.isSigned(by: kept.jwk) else { throw .signature }
      let claims = try token.claims(
        IDToken.Expectation(
          issuer: party.issuer, clientID: party.clientID,
          nonce: Self.nonce(
            isLogin, order.visibleText, order.nonVisibleData, salt: kept.nonce_salt),
          level: isLogin ? 3 : 4, nationalIDClaim: party.nationalIDClaim, time: time))
      guard
        let id = try? NorwegianNationalID(claims.nationalID, allowsSynthetic: allowsSynthetic)
      else { throw .nationalIDInvalid }
      return Evidence(
        digest: Array(SHA256.hash(data: answer)), signer: key.digest(of: id),
        signerName: claims.name, visibleText: order.visibleText,
        nonVisibleData: order.nonVisibleData, time: time)
    } catch .nonce {
      throw .otherContent
    } catch { throw .evidenceRefused(error.message) }
  }

  /// base64url(SHA-256("bureau/openid-nonce/v1\n" ‖ purpose ‖ SHA-256(text) ‖ SHA-256(data) ‖ salt))
  static func nonce(_ isLogin: Bool, _ text: String, _ data: [UInt8], salt: String) -> String {
    var content = Array("bureau/openid-nonce/v1\n\(isLogin ? "login" : "sign")\n".utf8)
    content += SHA256.hash(data: Array(text.utf8))
    content += SHA256.hash(data: data)
    content += Array(salt.utf8)
    return Base64URL.encode(SHA256.hash(data: content))
  }
}
