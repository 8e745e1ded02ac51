// Somebody with a browser of the simplest kind: keeps cookies, follows what a browser follows by
// itself, fills in forms. Over real HTTPS.

import AsyncHTTPClient
import Foundation
package import NIOHTTP1
import NIOCore
import NIOSSL
import Server
import Synchronization

/// A page as it came.
package struct VisitedPage: Sendable {
  /// Where it came from, without the host.
  package let path: String
  package let status: Int
  package let headers: HTTPHeaders
  package let text: String

  /// The first group of each match.
  package func finds(_ pattern: String) throws -> [String] {
    let expression = try NSRegularExpression(
      pattern: pattern, options: [.dotMatchesLineSeparators])
    let whole = NSRange(text.startIndex..<text.endIndex, in: text)
    return expression.matches(in: text, range: whole).compactMap { match in
      Range(match.range(at: 1), in: text).map { String(text[$0]) }
    }
  }

  package var heading: String {
    get throws { try finds("<h1[^>]*>(.*?)</h1>").first ?? "" }
  }

  /// What stands on it, without tags.
  package var words: String {
    text.replacing(/<[^>]*>/, with: " ")
      .replacing("&#39;", with: "'").replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
  }
}

package final class PageVisitor: Sendable {
  private let world: World
  private let client: HTTPClient
  private let jar = Mutex<[String: String]>([:])
  package let headers: HTTPHeaders

  private init(_ world: World, _ client: HTTPClient, _ headers: HTTPHeaders) {
    self.world = world
    self.client = client
    self.headers = headers
  }

  /// Runs `body` with a browser of its own.
  package static func run<Result: Sendable>(
    in world: World, language: String? = "en", headers: HTTPHeaders = [:],
    _ body: @Sendable (PageVisitor) async throws -> Result
  ) async throws -> Result {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(
      try NIOSSLCertificate.fromPEMBytes(
        Array(Trust.tls.get().authorityCertificate.utf8)))
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow)
    configuration.timeout = .init(connect: .seconds(10), read: .seconds(30))
    configuration.httpVersion = .http1Only
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    var headers = headers
    if let language { headers.replaceOrAdd(name: "accept-language", value: language) }
    let visitor = PageVisitor(world, client, headers)
    let outcome: Swift.Result<Result, any Error>
    do { outcome = .success(try await body(visitor)) } catch { outcome = .failure(error) }
    try await client.shutdown()
    return try outcome.get()
  }

  /// The browser's cookies, by name.
  package var cookies: [String: String] { jar.withLock { $0 } }

  package func forgetsCookies() { jar.withLock { $0 = [:] } }
  package func gets(cookies: [String: String]) { jar.withLock { $0 = cookies } }

  // MARK: Asking

  /// One request, with what came back as it came.
  package func asks(
    _ method: HTTPMethod = .GET, _ path: String, form: [(String, String)]? = nil,
    headers more: HTTPHeaders = [:]
  ) async throws -> VisitedPage {
    var request = HTTPClientRequest(url: try world.pagesURL + path)
    request.method = method
    request.headers = headers
    for (name, value) in more { request.headers.replaceOrAdd(name: name, value: value) }
    let cookies = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    if !cookies.isEmpty {
      request.headers.add(name: "cookie", value: cookies.joined(separator: "; "))
    }
    if let form {
      request.headers.replaceOrAdd(
        name: "content-type", value: "application/x-www-form-urlencoded")
      request.body = .bytes(Array(Self.encoded(form).utf8))
    }
    let response = try await client.execute(request, timeout: .seconds(60))
    let body = try await response.body.collect(upTo: 1 << 20)
    for line in response.headers["set-cookie"] { keep(line) }
    return VisitedPage(
      path: path, status: Int(response.status.code), headers: response.headers,
      text: String(buffer: body))
  }

  /// Asks, and goes on as a browser does by itself: redirects, and refreshing at once.
  package func goes(
    _ method: HTTPMethod = .GET, to path: String, form: [(String, String)]? = nil
  ) async throws -> VisitedPage {
    var page = try await asks(method, path, form: form)
    for _ in 0..<5 {
      guard let next = try Self.next(page) else { return page }
      page = try await asks(.GET, next)
    }
    throw TestFault("the pages lead on and on")
  }

  /// Follows a whole link, as it stands in a message.
  package func follows(_ link: String) async throws -> VisitedPage {
    let base = try world.pagesURL
    guard link.hasPrefix(base + "/") else { throw TestFault("the link leads elsewhere") }
    return try await goes(to: String(link.dropFirst(base.count)))
  }

  private static func next(_ page: VisitedPage) throws -> String? {
    if (300..<400).contains(page.status) { return page.headers.first(name: "location") }
    return try page.finds(#"(?<!<noscript>)<meta http-equiv="refresh" content="0; url=([^"]+)">"#)
      .first
  }

  /// Presses the button of a form: the one whose action ends so, and whose button has this value.
  package func presses(
    _ action: String, _ value: String? = nil, on page: VisitedPage
  ) async throws -> VisitedPage {
    let (path, form) = try filled(action, value, on: page)
    return try await goes(.POST, to: path, form: form)
  }

  /// The form's action and fields.
  package func filled(
    _ action: String, _ value: String? = nil, on page: VisitedPage
  ) throws -> (path: String, form: [(String, String)]) {
    let pattern =
      #"(<form method="post" action="[^"]*\#(NSRegularExpression.escapedPattern(for: action))".*?</form>)"#
    guard let found = try page.finds(pattern).first else {
      throw TestFault("there is no form \(action) on \(page.words)")
    }
    let form = VisitedPage(path: page.path, status: 0, headers: [:], text: found)
    guard let path = try form.finds(#"action="([^"]*)""#).first else { throw TestFault("no path") }
    var fields: [(String, String)] = []
    let names = try form.finds(#"<input type="hidden" name="([^"]*)""#)
    let values = try form.finds(#"<input type="hidden" name="[^"]*" value="([^"]*)""#)
    fields += zip(names, values).map { ($0, $1) }
    if let value {
      let name = try form.finds(#"<button[^>]* name="([^"]*)" value="\#(value)""#).first
      guard let name else { throw TestFault("there is no button \(value) in \(found)") }
      fields.append((name, value))
    }
    return (path, fields)
  }

  private static func encoded(_ form: [(String, String)]) -> String {
    form.map { name, value in
      [name, value].map {
        $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      }.joined(separator: "=")
    }.joined(separator: "&")
  }

  private func keep(_ line: String) {
    let parts = line.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
    guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { return }
    let name = String(pair[..<equals]), value = String(pair[pair.index(after: equals)...])
    jar.withLock { $0[name] = parts.contains("Max-Age=0") ? nil : value }
  }
}
