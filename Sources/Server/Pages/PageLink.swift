// Links that only their receivers know: how they are written, and where they lead.

import Domain
import Foundation
import Primitives
import Storage
import Synchronization

/// What a link is about and the secret that opens it.
package struct PageLink: Codable, Equatable, Sendable {
  package enum Kind: String, CaseIterable, Codable, Sendable {
    /// The letter that begins the path.
    case agreement = "a"
    case consent = "c"

    /// The collection of what it is about.
    fileprivate var collection: String {
      switch self {
      case .agreement: "agreements"
      case .consent: "consentInvitations"
      }
    }
  }

  package let kind: Kind
  /// `bureaus/{bureau}/companies/{company}/agreements/{agreement}`, or `consentInvitations`.
  package let name: String
  package let secret: String

  /// A link for whoever shall read what `name` names; nil where there is no page for it.
  package init?(about name: String, secret: String) {
    let kind = Kind.allCases.first {
      (try? ResourceName.parse(name, $0.collection, as: Agreement.self)) != nil
    }
    guard let kind else { return nil }
    self.kind = kind
    self.name = name
    self.secret = secret
  }

  /// Three ids of 16 bytes make 64 characters; the secret follows.
  private static let idCharacters = 64
  private static let maxCharacters = 200

  /// Reads what stands in the path; nil where it is none.
  package init?(_ kind: Kind, code: String) {
    guard code.utf8.count > Self.idCharacters, code.utf8.count <= Self.maxCharacters,
      let bytes = Base64URL.bytes(String(code.prefix(Self.idCharacters))),
      let bureau = ID<Bureau>(bytes: bytes.prefix(16)),
      let company = ID<Company>(bytes: bytes.dropFirst(16).prefix(16)),
      let subject = ID<Agreement>(bytes: bytes.dropFirst(32))
    else { return nil }
    self.kind = kind
    let place = Place(bureau: bureau, company: company)
    name = ResourceName.child(kind.collection, subject, of: place)
    secret = String(code.dropFirst(Self.idCharacters))
  }

  /// Where the receiver sees the consents of their own: no secret.
  var ownPath: String {
    let parts = name.split(separator: "/")
    return "/b/" + (parts.count > 1 ? String(parts[1]) : "")
  }

  /// `/a/…`: a bearer of this may act, so it is never logged.
  package var path: String {
    let ids = name.split(separator: "/").compactMap { ID<Agreement>(hex: String($0))?.bytes }
    return "/\(kind.rawValue)/\(Base64URL.text(ids.flatMap(\.self)))\(secret)"
  }
}

/// Where the pages are found from outside; known once they are listened for.
package final class PagesAddress: Sendable {
  private let url: Mutex<String?>

  /// - Parameter url: `https://pay.example.com`, without a slash at its end.
  package init(_ url: String? = nil) { self.url = Mutex(url) }

  package var base: String? { url.withLock { $0 } }

  /// What the address is where nobody has said so: the first word counts.
  package func settle(_ address: String) {
    url.withLock { if $0 == nil { $0 = address } }
  }

  /// The whole link, for a message to its receiver.
  package func link(about name: String, secret: String) -> String? {
    guard let base, let link = PageLink(about: name, secret: secret) else { return nil }
    return base + link.path
  }
}

/// RFC 4648 §5, without padding.
enum Base64URL {
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  static func bytes(_ text: String) -> [UInt8]? {
    guard !text.contains(where: { "+/=".contains($0) }) else { return nil }
    let padded =
      text.replacing("-", with: "+").replacing("_", with: "/")
      + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    guard let data = Data(base64Encoded: padded) else { return nil }
    return Array(data)
  }
}
