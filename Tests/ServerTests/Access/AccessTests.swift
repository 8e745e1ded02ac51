import BureauAPI
import Domain
import Foundation
import GRPCCore
import GRPCInProcessTransport
import Primitives
import Server
import SwiftProtobuf
import EngineKit
import TestKit
import Testing

/// Every method, as everybody, everywhere: tried over the real server and printed.
@Suite(.everyEngine) struct AccessTests {
  static let methods = Descriptors.methods.filter { $0.service.hasPrefix("bureau.") }

  @Test func `every method has a row in the access table and a probe, and no row is left over`() {
    let served = Set(Self.methods.map(\.fullName))
    #expect(Set(AccessTable.rules.map(\.method)) == served)
    #expect(Set(Probes.all.keys) == served)
  }

  /// One kind of caller.
  struct Caller: Sendable {
    var title: String
    var role: Role?
    var isBureauWide: Bool
    var token: @Sendable () async throws -> String?
    var forgets: @Sendable () -> Void = {}
  }

  enum PlaceKind: String, CaseIterable, Sendable {
    case own = "own company", foreign = "another company of the bureau"
    case absent = "a company that does not exist", otherBureau = "another bureau"
    case absentBureau = "a bureau that does not exist"
  }

  enum Class: String, Sendable {
    case allowed = "A", denied = "-", unauthenticated = "?"

    init(_ outcome: Outcome) {
      switch outcome.refusal?.code {
      case .permissionDenied: self = .denied
      case .unauthenticated: self = .unauthenticated
      default: self = .allowed
      }
    }
  }

  /// What the table says of a caller at a place.
  static func expected(_ rule: AccessRule, _ caller: Caller, _ place: PlaceKind) -> Class? {
    if rule.gate == .anyone { return nil }  // a secret of its own: the same for all, see below
    guard let role = caller.role else { return .unauthenticated }
    if place == .otherBureau || place == .absentBureau { return .denied }
    switch rule.gate {
    case .anyone: return nil
    case .member: return .allowed
    case .bureau(let roles): return caller.isBureauWide && roles.contains(role) ? .allowed : .denied
    case .company(let roles):
      return roles.contains(role) && (caller.isBureauWide || place == .own) ? .allowed : .denied
    }
  }

  private static func callers(of bureau: TestBureau) async throws -> [Caller] {
    let company = try bureau.company
    var callers = [Caller(title: "nobody", role: nil, isBureauWide: false) { nil }]
    func add(_ title: String, _ role: Role, _ person: Person, isBureauWide: Bool) {
      callers.append(
        Caller(
          title: title, role: role, isBureauWide: isBureauWide, token: { try await person.token() },
          forgets: { person.forgetsSession() }))
    }
    add("administrator*", .customerAdministrator, try bureau.administrator, isBureauWide: true)
    for (title, role, message) in [
      ("administrator", .customerAdministrator, .customerAdministrator),
      ("company-admin", .companyAdministrator, .companyAdministrator),
      ("accountant", .accountant, .accountant), ("approver", .approver, .approver),
      ("reader", .reader, .reader), ("payroll", .payroll, .payroll),
    ] as [(String, Role, Bureau_V1_Role)] {
      let person = try await bureau.person(title, message, at: company)
      add(title, role, person, isBureauWide: false)
    }
    for (title, role, message) in [
      ("accountant*", .accountant, .accountant), ("approver*", .approver, .approver),
      ("reader*", .reader, .reader),
    ] as [(String, Role, Bureau_V1_Role)] {
      let person = try await bureau.person(title, message, at: nil)
      add(title, role, person, isBureauWide: true)
    }
    let service = try await bureau.serviceUser("ERP")
    callers.append(
      Caller(title: "service-user", role: .serviceUser, isBureauWide: false) {
        service.token.secret
      })
    return callers
  }

  private struct Cell: Sendable {
    var caller: String
    var method: String
    var place: PlaceKind
    var outcome: Outcome
    var expected: Class?
  }

  /// The same services without sockets between: some thousand calls are made.
  private static func inProcess(
    _ world: World, _ body: (GRPCClient<InProcessTransport.Client>) async throws -> Void
  ) async throws {
    let transport = InProcessTransport(), server = try world.server
    try await withGRPCServer(
      transport: transport.server, services: server.services,
      interceptors: [CallInterceptor(logger: world.log.logger)] + server.interceptors
    ) { _ in
      try await withGRPCClient(transport: transport.client) { try await body($0) }
    }
  }

  @Test func `everybody may do what the table says and nothing else`() async throws {
    try await withBureau { bureau in
      let foreign = try await bureau.makeCompany("Fremmed AS")
      let other = try await TestBureau.founded(in: bureau.world, name: "Annet Regnskap AS")
      let absent = String(repeating: "ab", count: 16), nothing = String(repeating: "cd", count: 16)
      let absentBureau = "bureaus/\(absent)"
      let targets: [PlaceKind: (bureau: String, company: String)] = [
        .own: (bureau.name, try bureau.company.name), .foreign: (bureau.name, foreign.name),
        .absent: (bureau.name, "\(bureau.name)/companies/\(absent)"),
        .otherBureau: (other.name, try other.company.name),
        .absentBureau: (absentBureau, "\(absentBureau)/companies/\(absent)"),
      ]
      let callers = try await Self.callers(of: bureau)
      var cells: [Cell] = []
      try await Self.inProcess(bureau.world) { client in
        for caller in callers {
          for (number, method) in Self.methods.enumerated() {
            let rule = try #require(AccessTable.byMethod[method.fullName])
            let probe = try #require(Probes.all[method.fullName])
            var tried: [[UInt8]: Outcome] = [:]  // what names no company is asked once a bureau
            for place in PlaceKind.allCases {
              let target = try #require(targets[place])
              let request = try probe(
                Target(
                  bureau: target.bureau, company: target.company, nothing: nothing,
                  requestID: "probe-\(caller.title)-\(number)"))
              let outcome: Outcome
              if let known = tried[request] {
                outcome = known
              } else {
                outcome = try await client.call(method, request, token: try await caller.token())
              }
              tried[request] = outcome
              if method.name == "DeleteSession" { caller.forgets() }
              cells.append(
                Cell(
                  caller: caller.title, method: method.fullName, place: place, outcome: outcome,
                  expected: Self.expected(rule, caller, place)))
            }
          }
        }
      }
      for cell in cells {
        #expect(
          cell.expected == nil || Class(cell.outcome) == cell.expected,
          "\(cell.caller) calls \(cell.method) at \(cell.place.rawValue)")
      }
      Self.checkSilence(cells)
      try Golden.compare(Self.print(cells, callers.map(\.title)), with: "access.txt")
    }
  }

  /// Where access is denied, what exists and what does not get the same answer; and where anyone
  /// may call, who calls makes no difference.
  private static func checkSilence(_ cells: [Cell]) {
    var denied: [String: Set<String>] = [:]
    var open: [String: Set<String>] = [:]
    for cell in cells {
      let rule = AccessTable.byMethod[cell.method]
      if rule?.gate == .anyone {
        open["\(cell.method) \(cell.place)", default: []].insert("\(Class(cell.outcome))")
      } else if let refused = cell.outcome.refusal, Class(cell.outcome) == .denied {
        denied["\(cell.caller) \(cell.method)", default: []].insert(
          "\(refused) \(refused.details)")
      }
    }
    for (what, answers) in denied { #expect(answers.count == 1, "\(what): \(answers)") }
    for (what, answers) in open { #expect(answers.count == 1, "\(what): \(answers)") }
  }

  private static func print(_ cells: [Cell], _ callers: [String]) -> String {
    var text = """
      Every method as everybody (AccessTable, tried over the real server).
      Five places each: \(PlaceKind.allCases.map(\.rawValue).joined(separator: ", ")).
      A let through by access, - denied, ? not logged in; * has the role in the whole bureau.
      F: what succeeds leaves a fact in a journal (tried by WriteTests).
      What is let through may still be refused by the rules of its feature.


      """
    let width = 2 + (methods.map { $0.fullName.count }.max() ?? 0)
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let columns = callers.map { max($0.count, PlaceKind.allCases.count) + 2 }
    func line(_ parts: [String]) -> String {
      let cells = zip(parts.dropFirst(), columns).map { padded($0, $1) }.joined()
      return (padded(parts[0], width + 2) + cells).trimmed + "\n"
    }
    text += line(["  "] + callers)
    for method in methods {
      let marks = callers.map { caller in
        PlaceKind.allCases.map { place in
          cells.first { $0.caller == caller && $0.method == method.fullName && $0.place == place }
            .map { Class($0.outcome).rawValue } ?? " "
        }.joined()
      }
      let fact = AccessTable.byMethod[method.fullName]?.leavesFact == true ? "F" : " "
      text += line(["\(fact) \(method.fullName)"] + marks)
    }
    return text
  }

  @Test func `the bureau's own journal is for customer administrators only`() async throws {
    try await withBureau { bureau in
      let method = try #require(Self.methods.first { $0.name == "ListFacts" })
      let own = "\(bureau.name)/companies/\(bureau.id.hex)"
      let request: [UInt8] = try Bureau_V1_ListFactsRequest.with { $0.parent = own }
        .serializedBytes()
      let reader = try await bureau.person("Ruth", .reader, at: nil)
      let refused = try await bureau.world.call(
        method, request, token: try await reader.token())
      #expect(refused.refusal?.code == .permissionDenied)
      let answered = try await bureau.world.call(
        method, request, token: try await bureau.administrator.token())
      #expect(answered.refusal == nil)
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
