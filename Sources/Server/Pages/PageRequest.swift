import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives

/// A request as the pages see it, bounded and read once.
struct PageRequest: Sendable {
  var method: HTTPRequest.Method
  var path: String
  /// What stands in the places of the route's pattern.
  var captured: [String: String] = [:]
  var query: [String: String]
  var form: [String: String] = [:]
  var cookies: [String: String]
  var language: PageLanguage
  /// The visitor's, in figures.
  var address: String
  var requestID: String
  var time: Instant
  /// `Sec-Fetch-Site`, from browsers that tell.
  var fetchSite: String?
  /// Whether BankID would be an app on this device, rather than a program.
  var isPhone: Bool

  static let maxFormBytes = 8 * 1024

  init(_ request: Request, address: String, requestID: String, time: Instant) {
    method = request.method
    path = String(request.uri.path.prefix(1_000))
    query = Self.fields(request.uri.query ?? "")
    cookies = PageCookie.parse(request.headers[values: .cookie])
    language =
      cookies[PageCookie.language].flatMap(PageLanguage.init(rawValue:))
      ?? PageLanguage.preferred(request.headers[.acceptLanguage])
    self.address = address
    self.requestID = requestID
    self.time = time
    fetchSite = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
    let agent = request.headers[.userAgent] ?? ""
    isPhone = ["Android", "iPhone", "iPad", "Mobile"].contains { agent.contains($0) }
  }

  /// `a=1&b=2` as forms and queries write it; the first of a name counts.
  static func fields(_ text: String) -> [String: String] {
    var fields: [String: String] = [:]
    for pair in text.prefix(maxFormBytes).split(separator: "&").prefix(50) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      func plain(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
      }
      guard let name = plain(parts[0]), let value = plain(parts.count == 2 ? parts[1] : "") else {
        continue
      }
      if fields[name] == nil { fields[name] = value }
    }
    return fields
  }

  /// For the calls that a page makes.
  var visitor: PageCalls.Visitor { visitor(nil) }

  /// - Parameter token: A session's secret.
  func visitor(_ token: String?) -> PageCalls.Visitor {
    PageCalls.Visitor(address: address, requestID: requestID, token: token)
  }
}

/// What a handler answers.
struct PageResult: Sendable {
  enum Outcome: Sendable {
    case view(PageView)
    case redirect(String)
    /// For the script that waits.
    case json([UInt8])
    case file(PageFile)
  }

  var outcome: Outcome
  /// Values of `Set-Cookie`.
  var cookies: [String] = []
  /// Why something was refused, for the log.
  var reason: String?

  static func view(_ view: PageView) -> PageResult { PageResult(outcome: .view(view)) }
  static func redirect(_ path: String) -> PageResult { PageResult(outcome: .redirect(path)) }
}

/// One page before it is written.
struct PageView: Sendable {
  var status: HTTPResponse.Status = .ok
  var template: String
  var title: PageText
  /// Whose page it is: a bureau's name, where the visitor may know it.
  var owner = ""
  var values: [String: any Sendable] = [:]
  /// Where the browser goes by itself, at once: `0; url=…`.
  var refresh: String?
  /// Seconds after which the page renews itself where there is no script.
  var renew: Int?
  var waits = false
  /// Whether the page can be had again in another language: not after a form.
  var canChooseLanguage = true
  var retrySeconds: Int?
}
