// Whether all is as it must be, from outside: the journals by plain SQL and the published format, the
// bank's ledger and files, what BankID was asked to sign, and what was told to whom. It asks neither
// the server's tables nor its rules, and knows the rules of the trade in its own words.

import Checker
import Connectors
import Crypto
import Domain
import EngineKit
import Facts
import Foundation
import Primitives
import Sandbox
import Storage
import SwiftProtobuf

/// Something that must not be.
package struct Violation: Sendable, Equatable {
  /// Which of the promises is broken.
  package var promise: String
  package var text: String
}

/// One sending of a payment, as the journal tells it.
struct Sending {
  enum State { case open, rejected, executed, lost }
  var endToEndID: String
  var message: String
  var connection: BankConnection
  var digest: String
  var state = State.open
}

/// One payment, as the facts about it tell.
struct PaymentLife {
  var company: Int
  /// Hexadecimal digest of what is signed now; nil: nothing that counts.
  var signed: String?
  var sendings: [Int: Sending] = [:]
  var isInDoubt = false
  /// The bank has said that an older sending was executed.
  var isBarred = false
  /// Entries that were read about it: what left and what the bank took for it, by sending.
  var booked: [Int: (amount: Int64, fee: Int64, reference: String)] = [:]
  var amount: Int64 = 0
  /// By its invoice's voucher.
  var owed: Int64?
  var vouchers = 0
}

final class Oracle {
  let companies: [SimulatedCompany]
  let folders: FolderChannel
  private let kind: TestEngine.Kind
  private(set) var checks = 0
  private(set) var violations: [Violation] = []

  // What was read of the journals.
  var lives: [String: PaymentLife] = [:]
  var roles:
    [(assignment: String, user: String, company: String, role: String, from: Int64, to: Int64?)] =
      []
  var consents:
    [(
      consent: String, user: String, bank: String, company: String, from: Int64, to: Int64,
      revoked: Int64?
    )] = []
  private var heads: [String: (sequence: Int64, hash: [UInt8])] = [:]
  private var requests: [String: [Int64]] = [:]
  var agreements: [String: String] = [:]
  var debts: [String: Debt] = [:]
  var items: [String: ItemLife] = [:]
  /// By company, supplier and account: who may not confirm it, and whether somebody has.
  var payees: [String: (barred: String, isConfirmed: Bool)] = [:]
  /// Pairs that somebody has said are both owed. Kept when a copy is put back: it was said.
  var dismissed: Set<String> = []
  /// The return file whose facts are being read: its journal, time, digest.
  var reading: (company: Int, time: Int64, digest: String, sequence: Int64)?
  var alarmsOfReading = 0
  /// What somebody must be told of, in the file that is being read.
  var mustAlarm: String?

  // What lies outside.
  private var contents: [String: String] = [:]
  private var seenFiles: Set<String> = []
  /// Entries that say otherwise than the bank has done, by their file's digest.
  var told: [String: (booking: Town.Booking, account: String, amount: Int64)] = [:]
  private var ledger = 0
  private var executed: [String: Int] = [:]
  private var twins: [String: [String]] = [:]
  private var checkedFiles: Set<String> = []

  init(companies: [SimulatedCompany], folders: FolderChannel, kind: TestEngine.Kind) {
    self.companies = companies
    self.folders = folders
    self.kind = kind
  }

  func expect(_ promise: String, _ holds: Bool, _ text: @autoclosure () -> String) {
    checks += 1
    if !holds { violate(promise, text()) }
  }

  func violate(_ promise: String, _ text: String) {
    if violations.count < 20 { violations.append(Violation(promise: promise, text: text)) }
  }

  /// An older copy of the database was put back: the journals are read from their beginning.
  func forgetJournals() {
    lives = [:]
    roles = []
    consents = []
    heads = [:]
    requests = [:]
    agreements = [:]
    debts = [:]
    items = [:]
    payees = [:]
    (reading, mustAlarm) = (nil, nil)
  }

  // MARK: What others ask

  /// The sequences of the facts of a request.
  func facts(of requestID: String) -> [Int64] { requests[requestID] ?? [] }

  func newestSending(of payment: String) -> Int { lives[payment]?.sendings.keys.max() ?? 0 }

  func sending(_ number: Int, of payment: String) -> Sending? {
    lives[payment]?.sendings[number]
  }

  func assignment(of user: ID<User>, approvingAt company: String) -> String? {
    roles.first {
      $0.user == user.hex && $0.company == company && $0.role == "approver" && $0.to == nil
    }?.assignment
  }

  func consent(of user: ID<User>, to bank: String, at company: String) -> String? {
    consents.last {
      $0.user == user.hex && $0.bank == bank && $0.company == company && $0.revoked == nil
    }?.consent
  }

  /// The bank's entry tells this, and the truth is another.
  func note(_ text: String, tells booking: Town.Booking, truly: (String, Int64)) {
    let digest = Array(SHA256.hash(data: Array(text.utf8))).hexText
    told[digest] = (booking, truly.0, truly.1)
  }

  // MARK: Journals

  /// Reads what is new, and holds it against all that is known.
  func look(at town: Town) throws {
    try read(town, Place(bureau: town.bureau), company: nil)
    for index in companies.indices {
      try read(town, companies[index].place, company: index)
      endReading()
    }
  }

  func literal(_ bytes: [UInt8]) -> String {
    kind == .sqlite ? "x'\(bytes.hexText)'" : "'\\x\(bytes.hexText)'::bytea"
  }

  private func read(_ town: Town, _ place: Place, company: Int?) throws {
    let key = place.company.hex
    var (last, hash) = heads[key] ?? (0, [UInt8](repeating: 0, count: 32))
    let rows = try town.tables.rows(
      "SELECT seq, envelope, body, hash FROM fact WHERE bureau = \(literal(place.bureau.bytes))"
        + " AND company = \(literal(place.company.bytes)) AND seq > \(last) ORDER BY seq")
    for row in rows {
      guard case .int(let sequence) = row[0], case .blob(let envelope) = row[1],
        case .blob(let body) = row[2], case .blob(let own) = row[3]
      else { throw SimulationFault("a fact cannot be read") }
      let about = try Bureau_Facts_V1_Envelope(serializedBytes: envelope)
      expect("chain", sequence == last + 1, "fact \(sequence) of \(key) follows \(last)")
      expect(
        "chain",
        own == Array(SHA256.hash(data: envelope)) && Array(about.previousHash) == hash
          && Array(about.bodyHash) == Array(SHA256.hash(data: body))
          && about.sequence == sequence,
        "fact \(sequence) of \(key) is not chained")
      (last, hash) = (sequence, own)
      heads[key] = (last, hash)
      if !about.requestID.isEmpty { requests[about.requestID, default: []].append(sequence) }
      guard let fact = try Bureau_Facts_V1_Body(serializedBytes: body).fact else {
        throw SimulationFault("a body without a fact")
      }
      if let company {
        try hear(fact, about, company, town)
      } else {
        hear(fact, about)
      }
    }
  }

  /// What the bureau's journal tells: who may do what from when.
  private func hear(_ fact: Bureau_Facts_V1_Body.OneOf_Fact, _ about: Bureau_Facts_V1_Envelope) {
    switch fact {
    case .roleAssigned(let it):
      roles.append(
        (
          Array(it.assignment).hexText, Array(it.user).hexText, Array(it.company).hexText, it.role,
          about.sequence, nil
        ))
    case .roleRemoved(let it):
      let assignment = Array(it.assignment).hexText
      for index in roles.indices where roles[index].assignment == assignment {
        roles[index].to = about.sequence
      }
    default: break
    }
  }

  // MARK: The bank's side

  /// The text of a file that was left for a company, by its digest; nil: nobody left it there.
  func file(_ digest: String, of company: Int) -> String? {
    let key = "\(company) \(digest)"
    if let known = contents[key] { return known }
    let files = FileManager.default
    for bank in Set(companies[company].accounts.map(\.bank)).sorted() {
      let folder = folders.folder(of: companies[company].connection(bank))
      for place in ["from-bank", "from-bank/done"] {
        let names =
          (try? files.contentsOfDirectory(atPath: folder.appending(path: place).path)) ?? []
        for name in names where name.hasSuffix(".xml") {
          let url = folder.appending(path: "\(place)/\(name)")
          // A name may come back with other content only under from-bank itself.
          if place != "from-bank", !seenFiles.insert(url.path).inserted { continue }
          guard let data = try? Data(contentsOf: url) else { continue }
          let found = Array(SHA256.hash(data: data)).hexText
          contents["\(company) \(found)"] = String(decoding: data, as: UTF8.self)
        }
      }
    }
    return contents[key]
  }

  /// Looks at what the bank has paid since the last look, and at the files that it has taken.
  func lookAtBank(_ town: Town) throws {
    for paid in town.bank.executed.dropFirst(ledger) {
      ledger += 1
      let payment = String(paid.endToEndID.split(separator: "-").first ?? "")
      executed[payment, default: 0] += 1
      expect(
        "once", executed[payment] == 1,
        "the bank has executed \(payment) \(executed[payment] ?? 0) times, last \(paid.endToEndID)")
      let twin =
        "\(paid.debtorAccount) \(paid.creditorAccount) \(paid.amountMinor) \(paid.reference ?? "")"
      for other in twins[twin] ?? [] {
        expect(
          "once", dismissed.contains(pair(payment, other)),
          "the bank has executed the same invoice twice: \(twin)")
      }
      twins[twin, default: []].append(payment)
    }
    for company in companies.indices {
      for bank in Set(companies[company].accounts.map(\.bank)).sorted() {
        try lookAtFiles(town, company, bank)
      }
    }
  }

  private func lookAtFiles(_ town: Town, _ company: Int, _ bank: String) throws {
    let done = folders.folder(of: companies[company].connection(bank))
      .appending(path: "to-bank/done")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: done.path)) ?? []
    for name in names.sorted() where !name.hasPrefix(".") {
      let url = done.appending(path: name)
      guard checkedFiles.insert(url.path).inserted else { continue }
      try check([UInt8](try Data(contentsOf: url)), from: company, bank: bank, town)
    }
  }
}

extension Cell {
  /// A number; nil for none.
  var number: Int64? {
    if case .int(let number) = self { number } else { nil }
  }
}
