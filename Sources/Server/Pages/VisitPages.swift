// Links and visits: how somebody comes in, and what every form must bring back.

import Domain
import Foundation
import HTTPTypes
import Primitives

extension Pages {
  /// Visits that one browser may have open at once; a further one ends the oldest.
  private static let maxVisits = 6

  /// Takes the link's secret out of sight: it goes into a cookie, and the page that follows has
  /// another path. Nothing is looked up yet, so that programs that follow links use none up.
  func openLink(_ kind: PageLink.Kind, _ page: PageRequest) throws -> PageResult {
    guard let link = PageLink(kind, code: page.captured["code"] ?? "") else {
      throw AgreementError.linkRefused
    }
    switch kind {
    case .agreement: return try begin(.agreement(link), page)
    case .consent: return try begin(.consent(link), page)
    }
  }

  func begin(_ subject: Visit.Subject, _ page: PageRequest) throws -> PageResult {
    let visit = Visit(
      id: Base64URL.text(sources.random(9)), formToken: Base64URL.text(sources.random(18)),
      endTime: page.time.adding(minutes: Visit.minutes).microseconds, subject: subject)
    // The browser goes on by itself, from a page of ours: a redirect would still count as coming
    // from the site with the link, and SameSite=Strict would keep the cookie back.
    return PageResult(
      outcome: .view(opening(visit.path)), cookies: try [cookie(visit)] + superfluous(page))
  }

  func opening(_ path: String) -> PageView {
    var view = PageView(template: "opening", title: .openingTitle)
    view.refresh = "0; url=\(path)"
    view.values = ["next": path]
    return view
  }

  private func superfluous(_ page: PageRequest) -> [String] {
    var living: [Visit] = [], cookies: [String] = []
    for (name, value) in page.cookies where name.hasPrefix(PageCookie.visitPrefix) {
      let id = String(name.dropFirst(PageCookie.visitPrefix.count))
      guard id.utf8.allSatisfy({ PageCookie.isNameByte($0) }) else { continue }
      if let visit = seal.open(value, id: id, at: page.time) {
        living.append(visit)
      } else {
        cookies.append(PageCookie.clear(name))
      }
    }
    let over = living.sorted { $0.endTime < $1.endTime }.dropLast(Self.maxVisits - 1)
    return cookies + over.map { PageCookie.clear(PageCookie.visitPrefix + $0.id) }
  }

  func cookie(_ visit: Visit) throws -> String {
    PageCookie.set(PageCookie.visitPrefix + visit.id, try seal.seal(visit))
  }

  // MARK: Going on

  /// The visit that the path names and the cookie holds.
  func visit(of page: PageRequest) throws(PageTrouble) -> Visit {
    let id = page.captured["visit"] ?? ""
    let value = page.cookies[PageCookie.visitPrefix + id]
    if let visit = value.flatMap({ seal.open($0, id: id, at: page.time) }) { return visit }
    if value == nil, page.fetchSite == "cross-site", page.query["again"] == nil {
      throw .fromElsewhere(path: "/" + page.path.drop { $0 == "/" } + "?again=1")
    }
    throw .ended
  }

  /// The visit of a form: the form comes from a page of this visit.
  func visit(ofForm page: PageRequest) throws(PageTrouble) -> Visit {
    let visit = try visit(of: page)
    let given = Array((page.form["form"] ?? "").utf8), wanted = Array(visit.formToken.utf8)
    guard given.count == wanted.count,
      zip(given, wanted).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0,
      page.fetchSite == nil || page.fetchSite == "same-origin"
    else { throw .ended }
    return visit
  }

  func redirect(_ path: String, keeping visit: Visit) throws -> PageResult {
    PageResult(outcome: .redirect(path), cookies: [try cookie(visit)])
  }

  /// The page that a visit is about.
  func visit(_ page: PageRequest) async throws -> PageResult {
    let visit = try visit(of: page)
    if case .own(let bureau) = visit.subject { return try await own(bureau, visit, page) }
    if case .payments(let bureau) = visit.subject {
      return try await payments(bureau, visit, page)
    }
    if visit.hasDeclined { return .view(done(.declinedTitle, .declinedText, visit)) }
    let isDone = visit.order?.isDone == true
    switch visit.subject {
    case .agreement where isDone:
      return .view(done(.agreementDoneTitle, .agreementDoneText, visit))
    case .agreement(let link): return .view(try await agreement(link, visit, page))
    case .consent(let link) where isDone:
      var view = done(.consentDoneTitle, .consentDoneText, visit)
      view.values["again"] = link.ownPath
      view.values["againLabel"] = PageText.ownTitle
      return .view(view)
    case .consent(let link): return .view(try await consent(link, visit, page))
    case .own, .payments: throw PageTrouble.notFound
    }
  }

  private func done(_ title: PageText, _ text: PageText, _ visit: Visit) -> PageView {
    var view = Self.message(title, text, isGood: true, more: .closePage)
    view.owner = visit.owner
    return view
  }
}
