import Foundation
import Primitives

/// The run itself: who does what, in order. Everything goes through the command line.
struct Story {
  /// One file and what has become of it so far.
  struct Item {
    let file: InvoiceFile
    var payment: Payment?
    /// The last refusal, of the file, its acknowledgement or its signature.
    var refusal: Refused?
  }

  let sandbox: Sandbox
  let keep: Keep
  let administrator: Person
  let accountant: Person
  let approver: Person
  var items: [Item]
  var teller = Teller()
  /// Whether a text to sign has been shown.
  var hasShownText = false
  /// `bureaus/{bureau}/companies/{company}`.
  var company = ""
  /// How often the clock has been turned: each turn ends the sessions.
  private var turns = 0
  /// The turn in which each person logged in last.
  private var logins: [String: Int] = [:]

  init(sandbox: Sandbox, programs: Programs, keep: Keep, files: [InvoiceFile]) throws {
    guard sandbox.persons.count >= 3 else {
      throw DemoError(
        "the sandbox has \(sandbox.persons.count) test persons; the story needs three")
    }
    let people = zip(sandbox.persons, ["administrator", "accountant", "approver"]).map {
      Person(
        name: $0.name, nationalID: $0.personalNumber, programs: programs,
        configuration: keep.scratch.appending(path: $1).path)
    }
    self.sandbox = sandbox
    self.keep = keep
    (administrator, accountant, approver) = (people[0], people[1], people[2])
    items = files.map { Item(file: $0) }
  }

  mutating func tell() async throws {
    try await open()
    try await takeOnCompany()
    try await agreeWithBanks()
    try await readInvoices()
    try await acknowledge()
    try await confirmPayees()
    try await sign()
    try await waitForBank()
    try await post()
    try Summary.write(
      items.map { Summary($0.file, $0.payment, refusal: $0.refusal?.reason) }, to: keep.summary)
    try await audit()
    try crossCheck()
  }

  // MARK: People and the clock

  /// Logs the person in, unless they are.
  mutating func logIn(_ person: Person, draws: Bool = false) async throws {
    guard logins[person.name] != turns else { return }
    _ = try await person.bureau("login", "--sandbox-person", person.nationalID, draws: draws)
    logins[person.name] = turns
  }

  /// Runs a command for the demo's company, logged in.
  mutating func ask(
    _ person: Person, _ arguments: [String], input: String = ""
  ) async throws -> CommandAnswer {
    try await logIn(person)
    return try await person.bureau(arguments + ["--company", company], input: input)
  }

  func clock() async throws -> Instant {
    let answer = try await administrator.bureau("sandbox", "clock")
    let now = try answer.decoded(SandboxClock.self).now
    guard let instant = Instant(rfc3339: now) else {
      throw DemoError("the sandbox's clock shows \(now)")
    }
    return instant
  }

  mutating func turnClock(to time: Instant) async throws {
    _ = try await administrator.bureau("sandbox", "clock", "--to", time.rfc3339)
    turns += 1
  }
}
