// What the server knows of somebody who follows a link, kept in the visitor's own browser: sealed,
// so that only a server of this installation can read or make it. Any server can go on with it.

import Crypto
import Domain
import Foundation
import Primitives

/// One person's way through the pages.
struct Visit: Codable, Equatable, Sendable {
  enum Subject: Codable, Equatable, Sendable {
    /// An agreement, by its link.
    case agreement(PageLink)
    /// A consent that somebody was invited to give, by its link.
    case consent(PageLink)
    /// A person's own consents in a bureau.
    case own(bureau: String)
    /// The payments that wait for a person's signature in a bureau.
    case payments(bureau: String)
  }

  struct BankIDOrder: Codable, Equatable, Sendable {
    /// `bureaus/{bureau}/orders/{order}`
    var name: String
    /// BankID is on the device that shows the page.
    var isHere: Bool
    /// Where the visitor goes with Norwegian BankID: told once, when the order begins.
    var openURL: String?
    /// More would not fit into a cookie beside the rest.
    static let maxURLBytes = 1_800
    /// When the visitor asked for it, in microseconds; renewed orders keep it.
    var since: Int64
    /// The reason for which what was signed was not carried out.
    var refusal: String?
    var isDone = false
    /// Over payments of a queue, rather than a login.
    var isSigning = false
    /// Answered by a code that comes by SMS.
    var isByCode = false
    /// Payments that were ticked and that the code does not cover.
    var leftOut = 0
  }

  /// Stands in the path and in the cookie's name: no secret.
  var id: String
  /// Comes back with every form.
  var formToken: String
  var endTime: Int64
  var subject: Subject
  /// Whose page it is, once the visitor may know.
  var owner = ""
  var order: BankIDOrder?
  /// The visitor has said no.
  var hasDeclined = false
  /// A session's secret, after a login on the page.
  var token: String?

  /// The beginning of the pages of this visit.
  var path: String { "/v/\(id)" }

  /// From opening a link to signing what it is about.
  static let minutes = 30
}

/// Seals visits into cookies and opens them again.
struct VisitSeal: Sendable {
  private let key: SymmetricKey

  init(_ key: NationalIDKey) { self.key = key.derived(for: "bureau/pages/visit/v1") }

  func seal(_ visit: Visit) throws -> String {
    let content = try JSONEncoder().encode(visit)
    let box = try ChaChaPoly.seal(content, using: key, authenticating: Data(visit.id.utf8))
    return Base64URL.text(box.combined)
  }

  /// The visit, unless the text was not sealed here, for this id, or its time is over.
  func open(_ text: String, id: String, at time: Instant) -> Visit? {
    guard text.utf8.count <= 4_096, let bytes = Base64URL.bytes(text),
      let box = try? ChaChaPoly.SealedBox(combined: bytes),
      let content = try? ChaChaPoly.open(box, using: key, authenticating: Data(id.utf8)),
      let visit = try? JSONDecoder().decode(Visit.self, from: content),
      visit.id == id, time.microseconds < visit.endTime
    else { return nil }
    return visit
  }
}

/// The names and attributes of the pages' cookies.
enum PageCookie {
  static let visitPrefix = "__Host-visit-"
  static let language = "__Host-language"
  /// `__Host-` wants Secure, Path=/ and no Domain.
  private static let attributes = "; Path=/; Secure; HttpOnly; SameSite=Strict"

  static func set(_ name: String, _ value: String, days: Int? = nil) -> String {
    "\(name)=\(value)" + (days.map { "; Max-Age=\($0 * 86_400)" } ?? "") + attributes
  }

  static func clear(_ name: String) -> String { "\(name)=; Max-Age=0" + attributes }

  /// What stands in a visit's id.
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// The pairs of `Cookie` headers; the first of a name counts.
  static func parse(_ headers: [String]) -> [String: String] {
    var found: [String: String] = [:]
    for header in headers {
      for pair in header.split(separator: ";").prefix(50) {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { continue }
        let name = parts[0].trimmingCharacters(in: .whitespaces)
        if found[name] == nil { found[name] = parts[1].trimmingCharacters(in: .whitespaces) }
      }
    }
    return found
  }
}
