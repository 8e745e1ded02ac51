package import Foundation
package import Primitives

/// A partner that runs offline: it reads the requests for reviews from a folder and answers there, by
/// rules of its own or as a script tells it.
///
/// It has no clock: each `tick` is told the time. What it holds it decides after two days.
package struct SandboxReviewPartner: Sendable {
  /// What it does with one company, whatever its rules say: `script.json` of its folder.
  package struct Order: Codable, Sendable {
    package var organisation_number: String
    /// Why it is held; empty: not at all.
    package var reasons: [String]
    package var hours: Int?
    /// `approved` (where left out), `rejected`, `never`.
    package var then: String?
    package var text: String?

    package init(
      _ organisationNumber: String, reasons: [String], hours: Int? = nil, then: String? = nil,
      text: String? = nil
    ) {
      organisation_number = organisationNumber
      self.reasons = reasons
      self.hours = hours
      self.then = then
      self.text = text
    }
  }

  private struct Script: Codable {
    var reviews: [Order]
  }

  private struct Request: Decodable {
    struct Person: Decodable {
      var role: String
    }
    var agreement: String
    var organisation_number: String
    var sign_time: String
    var politically_exposed: Bool
    var countries: [String]
    var financing: [String]
    var industry: String
    var persons: [Person]
  }

  private struct Answer: Codable, Equatable {
    var state: String
    var reasons: [String]
    var text: String
  }

  private let root: URL
  private static let holdHours = 48
  /// Where paying to raises no question.
  private static let plainCountries: Set<String> = [
    "NO", "SE", "DK", "FI", "IS", "DE", "NL", "BE", "FR", "ES", "IT", "PL", "GB",
  ]
  private static let lookedAtIndustries = ["crypto", "gambling", "betting", "arms"]

  package init(root: URL) { self.root = root }

  package func setScript(_ orders: [Order]) throws {
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try JSONEncoder().encode(Script(reviews: orders)).write(
      to: root.appending(path: "script.json"), options: .atomic)
  }

  /// Answers what can be answered at `now`. Returns how many answers it wrote.
  @discardableResult
  package func tick(now: Instant) throws -> Int {
    let requests = root.appending(path: "requests")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: requests.path)) ?? []
    var script: [Order] = []
    if let data = FileManager.default.contents(atPath: root.appending(path: "script.json").path) {
      script = try JSONDecoder().decode(Script.self, from: data).reviews
    }
    var written = 0
    for name in names.sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
      let data = try Data(contentsOf: requests.appending(path: name))
      let request = try JSONDecoder().decode(Request.self, from: data)
      let answer = answer(request, script, now: now)
      let file = root.appending(path: "answers/\(name)")
      let known = FileManager.default.contents(atPath: file.path).flatMap {
        try? JSONDecoder().decode(Answer.self, from: $0)
      }
      // What was decided stays decided.
      if known == answer || known?.state == "approved" || known?.state == "rejected" { continue }
      try FileManager.default.createDirectory(
        at: root.appending(path: "answers"), withIntermediateDirectories: true)
      try JSONEncoder().encode(answer).write(to: file, options: .atomic)
      written += 1
    }
    return written
  }

  private func answer(_ request: Request, _ script: [Order], now: Instant) -> Answer {
    let order = script.first { $0.organisation_number == request.organisation_number }
    let reasons = order?.reasons ?? Self.reasons(request)
    if reasons.isEmpty { return Answer(state: "approved", reasons: [], text: "") }
    let start = Instant(rfc3339: request.sign_time) ?? now
    let decision = order?.then ?? "approved"
    guard decision != "never",
      start.adding(hours: order?.hours ?? Self.holdHours) <= now
    else { return Answer(state: "pending", reasons: reasons, text: "") }
    return Answer(state: decision, reasons: [], text: order?.text ?? "")
  }

  private static func reasons(_ request: Request) -> [String] {
    var reasons: [String] = []
    if request.politically_exposed { reasons.append("politically_exposed") }
    if !plainCountries.isSuperset(of: request.countries) { reasons.append("countries") }
    if request.financing.contains("other") { reasons.append("financing") }
    let industry = request.industry.lowercased()
    if lookedAtIndustries.contains(where: industry.contains) { reasons.append("industry") }
    if request.persons.count > 20 { reasons.append("persons") }
    return reasons
  }
}
