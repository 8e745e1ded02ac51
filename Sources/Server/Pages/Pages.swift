// The pages of people who only sign: what is served at which path, and what every answer carries.

import Domain
import Engine
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Primitives
import Storage
import Synchronization

/// One page, as method and path name it.
struct PageRoute: Sendable {
  let method: HTTPRequest.Method
  /// `/v/:visit/order`: what follows a colon is captured.
  let pattern: [String]
  /// For the log, instead of the path, which may be a secret.
  let name: String
  let handle: @Sendable (Pages, PageRequest) async throws -> PageResult

  init(
    _ method: HTTPRequest.Method, _ pattern: String, _ name: String,
    _ handle: @escaping @Sendable (Pages, PageRequest) async throws -> PageResult
  ) {
    self.method = method
    self.pattern = pattern.split(separator: "/").map(String.init)
    self.name = name
    self.handle = handle
  }

  func captures(_ path: [Substring]) -> [String: String]? {
    guard path.count == pattern.count else { return nil }
    var captured: [String: String] = [:]
    for (part, wanted) in zip(path, pattern) {
      if wanted.hasPrefix(":") {
        captured[String(wanted.dropFirst())] = String(part)
      } else if part != wanted {
        return nil
      }
    }
    return captured
  }
}

/// Why there is no page, but another one instead.
enum PageTrouble: Error {
  case notFound
  /// No visit, or none any more.
  case ended
  /// The visit's cookie did not come because another site led here: the page asks once more itself.
  case fromElsewhere(path: String)
}

package struct Pages: Sendable {
  let calls: PageCalls
  let agreements: AgreementService
  let consents: ConsentService
  let identity: IdentityService
  /// What people may prove who they are with.
  let eids: Set<Eid>
  let payments: PaymentService
  let seal: VisitSeal
  let sources: Sources
  package let address: PagesAddress
  private let renderer: PageRenderer
  private let routes: [PageRoute]
  private let logger: Logger
  private let open = Counter()

  /// Requests worked on now.
  private final class Counter: Sendable { let number = Atomic<Int>(0) }

  /// - Parameter extra: Further pages, such as the way back from another identity provider.
  init(
    calls: PageCalls, agreements: AgreementService, consents: ConsentService,
    identity: IdentityService, payments: PaymentService, eids: Set<Eid>, key: NationalIDKey,
    sources: Sources, address: PagesAddress, extra: [PageRoute] = [], logger: Logger
  ) {
    self.calls = calls
    self.agreements = agreements
    self.consents = consents
    self.identity = identity
    self.eids = eids
    self.payments = payments
    seal = VisitSeal(key)
    self.sources = sources
    self.address = address
    do { renderer = try PageRenderer() } catch {
      preconditionFailure("a page's template is damaged: \(error)")
    }
    routes = Self.routes + extra
    self.logger = logger
  }

  static let routes: [PageRoute] =
    [
      PageRoute(.get, "/", "home") { _, _ in
        .view(PageView(template: "home", title: .homeTitle))
      },
      PageRoute(.get, "/a/:code", "agreement link") { try $0.openLink(.agreement, $1) },
      PageRoute(.get, "/c/:code", "consent link") { try $0.openLink(.consent, $1) },
      PageRoute(.get, "/v/:visit/decline", "ask to decline") { try await $0.askDecline($1) },
      PageRoute(.post, "/v/:visit/decline", "decline") { try await $0.decline($1) },
      PageRoute(.get, "/b/:bureau", "own consents") { try $0.openOwn($1) },
      PageRoute(.get, "/v/:visit/revoke", "ask to revoke") { try await $0.askRevoke($1) },
      PageRoute(.post, "/v/:visit/revoke", "revoke") { try await $0.revoke($1) },
      PageRoute(.get, "/p/:bureau", "payments") { try $0.openQueue($1) },
      PageRoute(.post, "/v/:visit/queue", "payments again") { try await $0.continueQueue($1) },
      PageRoute(.get, "/v/:visit/return", "ask to return") { try await $0.askReturn($1) },
      PageRoute(.post, "/v/:visit/return", "return") { try await $0.sendBack($1) },
      PageRoute(.post, "/v/:visit/leave", "leave") { try await $0.leave($1) },
      PageRoute(.get, "/v/:visit", "visit") { try await $0.visit($1) },
      PageRoute(.post, "/v/:visit/sign", "sign") { try await $0.sign($1) },
      PageRoute(.get, "/v/:visit/order", "order") { try await $0.order($1) },
      PageRoute(.get, "/v/:visit/order/state", "order state") { try await $0.orderState($1) },
      PageRoute(.post, "/v/:visit/cancel", "cancel") { try await $0.cancel($1) },
      PageRoute(.get, "/v/:visit/code", "ask for a code") { try await $0.code($1) },
      PageRoute(.post, "/v/:visit/code", "code") { try await $0.enterCode($1) },
      PageRoute(.get, donePath, "back from BankID, going on") { $0.goesOn($1) },
    ]
    + PageFile.all.map { file in
      PageRoute(.get, file.path, "asset") { _, _ in PageResult(outcome: .file(file)) }
    }

  // MARK: Answering

  /// The only way in: every answer is made here, with its headers and its line in the log.
  /// - Parameter limit: Requests worked on at once; one more gets the page that says so.
  func respond(to request: Request, from address: String, limit: Int) async -> Response {
    let started = ContinuousClock.now
    let number = open.number.add(1, ordering: .relaxed).newValue
    defer { open.number.subtract(1, ordering: .relaxed) }
    var page = PageRequest(
      request, address: address, requestID: CallInterceptor.randomRequestID(),
      time: sources.now())
    var name = "none"
    var result: PageResult
    do {
      guard number <= limit else { throw EngineError.overloaded("pages") }
      let route = try route(&page)
      name = route.name
      if let chosen = chosenLanguage(page) {
        result = chosen
      } else {
        if page.method == .post {
          let body = try await request.body.collect(upTo: PageRequest.maxFormBytes)
          page.form = PageRequest.fields(String(buffer: body))
        }
        result = try await route.handle(self, page)
      }
    } catch {
      result = trouble(error, page)
    }
    let response = write(result, page)
    let took = (ContinuousClock.now - started) / .milliseconds(1)
    var line: Logger.Metadata = [
      "page": "\(name)", "status": "\(response.status.code)", "request_id": "\(page.requestID)",
      "duration_ms": "\(Int(took.rounded()))",
    ]
    if let reason = result.reason { line["reason"] = "\(reason)" }
    logger.log(
      level: name == "asset" || name == "order state" ? .debug : .info, "page", metadata: line)
    return response
  }

  private func route(_ page: inout PageRequest) throws(PageTrouble) -> PageRoute {
    let path = page.path.split(separator: "/", omittingEmptySubsequences: true)
    // HEAD is GET without the body.
    let method = page.method == .head ? .get : page.method
    for route in routes where route.method == method {
      if let captured = route.captures(path) {
        page.captured = captured
        return route
      }
    }
    throw .notFound
  }

  /// `?lang=sv`: remembered, and the page once more without it.
  private func chosenLanguage(_ page: PageRequest) -> PageResult? {
    guard page.method == .get,
      let chosen = page.query["lang"].flatMap(PageLanguage.init(rawValue:))
    else { return nil }
    // Two slashes at the beginning would name another host.
    let path = "/" + page.path.drop { $0 == "/" }
    return PageResult(
      outcome: .redirect(path),
      cookies: [PageCookie.set(PageCookie.language, chosen.rawValue, days: 365)])
  }

  /// What happened inside, for the log only.
  func log(_ cause: String, _ page: PageRequest) {
    logger.error(
      "page failed", metadata: ["request_id": "\(page.requestID)", "cause": "\(cause)"])
  }

  private func write(_ result: PageResult, _ page: PageRequest) -> Response {
    var headers = PageHeaders.all
    headers[.contentLanguage] = page.language.rawValue
    for cookie in result.cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
    var status = HTTPResponse.Status.ok
    var bytes: [UInt8] = []
    switch result.outcome {
    case .view(var view):
      status = view.status
      if page.method == .post { view.canChooseLanguage = false }
      if let seconds = view.retrySeconds { headers[.retryAfter] = String(seconds) }
      headers[.contentType] = "text/html; charset=utf-8"
      bytes = Array(renderer.html(view, in: page.language).utf8)
    case .redirect(let path):
      status = .seeOther
      headers[.location] = path
    case .json(let content):
      headers[.contentType] = "application/json"
      bytes = content
    case .file(let file):
      headers[.contentType] = file.type
      // Its name changes with its content.
      headers[.cacheControl] = "public, max-age=31536000, immutable"
      bytes = file.bytes
    }
    if page.method == .head { bytes = [] }
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

/// What every answer carries.
enum PageHeaders {
  static let all: HTTPFields = {
    var headers = HTTPFields()
    let fixed = [
      "Content-Security-Policy":
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      "Strict-Transport-Security": "max-age=31536000",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
      "X-Robots-Tag": "noindex, nofollow",
      "Cache-Control": "no-store",
    ]
    for (name, value) in fixed.sorted(by: { $0.key < $1.key }) {
      guard let name = HTTPField.Name(name) else { continue }
      headers[name] = value
    }
    return headers
  }()
}
