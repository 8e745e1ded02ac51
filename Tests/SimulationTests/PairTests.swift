import BureauAPI
import Checker
import Domain
import EngineKit
import Foundation
import Primitives
import Sandbox
import Server
import SwiftProtobuf
import TestKit
import Testing

@testable import Simulation

/// Two commands about one payment at once: what comes out is what one of the two orders gives, and
/// never two sendings.
@Suite(.everyEngine) struct PairTests {
  /// What is asked at the same time.
  enum Command: String, CaseIterable {
    case change, acknowledge, sign, delete, restore, checkExecuted, checkNotExecuted, post
    case bankPays, bankRejects

    var request: Request? { Request(rawValue: rawValue) }
  }

  /// Made ready before the race: the order of a signature, which is then only collected.
  private struct Ready: Sendable {
    var act: @Sendable (Machine) async throws -> Void
  }

  /// What can be seen of a payment.
  private struct Seen: Equatable, CustomStringConvertible {
    var payment: [String]
    var sendings: [[String]]
    var description: String { "\(payment) \(sendings)" }
  }

  @Test(arguments: [
    PaymentState.proposalComplete, .acknowledged, .signed, .processing, .inDoubt, .error, .paid,
  ])
  func `two commands at once give what one order of them gives`(state: PaymentState) async throws {
    try await Bench.run { bench in
      let all = Command.allCases
      for (index, a) in all.enumerated() {
        for b in all[index...] {
          let one = try await outcome(bench, state, a, b) { first, second, machines in
            try await Self.tolerating { try await first.act(machines[0]) }
            try await Self.tolerating { try await second.act(machines[1]) }
          }
          let other = try await outcome(bench, state, a, b) { first, second, machines in
            try await Self.tolerating { try await second.act(machines[1]) }
            try await Self.tolerating { try await first.act(machines[0]) }
          }
          let both = try await outcome(bench, state, a, b) { first, second, machines in
            async let left: Void = Self.tolerating { try await first.act(machines[0]) }
            async let right: Void = Self.tolerating { try await second.act(machines[1]) }
            _ = try await (left, right)
          }
          #expect(
            both == one || both == other,
            "\(state): \(a) and \(b) at once: \(both), in order: \(one) or \(other)")
        }
      }
    }
  }

  @Test(arguments: [nil, .change, .sign, .delete, .acknowledge] as [Command?])
  func `two servers that send, and whatever is done meanwhile, send once`(beside: Command?)
    async throws
  {
    try await Bench.run { bench in
      let town = bench.town
      let payment = try await bench.payment(.signed, due: true)
      let ready = try await beside.asyncMap { try await self.ready($0, payment, bench, "beside") }
      let machines = town.machines
      async let first: Void = Self.tolerating { _ = try await machines[0].jobs.runOnce() }
      async let second: Void = Self.tolerating { _ = try await machines[1].jobs.runOnce() }
      async let third: Void = Self.tolerating {
        if let ready { try await ready.act(machines[0]) }
      }
      _ = try await (first, second, third)
      for _ in 0..<4 {
        for machine in machines { _ = try await machine.jobs.runOnce() }
        town.clock.turn(to: town.clock.now.adding(hours: 12))
        _ = try town.bankWorks()
      }
      let paid = town.bank.executed.filter { $0.endToEndID.hasPrefix(payment.id.hex) }
      #expect(paid.count <= 1)
      #expect(try await seen(bench, payment).sendings.count <= 1)
      // Unless a change came first, it was sent.
      #expect(beside == .change || paid.count == 1)
    }
  }

  // MARK: -

  private static func tolerating(_ act: () async throws -> Void) async throws {
    do { try await act() } catch is any Refusal {}
  }

  private func outcome(
    _ bench: Bench, _ state: PaymentState, _ a: Command, _ b: Command,
    _ run: (Ready, Ready, [Machine]) async throws -> Void
  ) async throws -> Seen {
    let payment = try await bench.payment(state)
    let first = try await ready(a, payment, bench, "a")
    let second = try await ready(b, payment, bench, "b")
    try await run(first, second, bench.town.machines)
    return try await seen(bench, payment)
  }

  private func ready(
    _ command: Command, _ payment: Bench.Made, _ bench: Bench, _ mark: String
  ) async throws -> Ready {
    let town = bench.town, id = "\(mark)-\(payment.id.hex)"
    let connection = town.companies[0].connection(town.companies[0].accounts[0].bank)
    if command == .sign {
      let person = town.approvers[mark == "a" ? 0 : 1]
      let said = await bench.ask(.sign, payment, by: person, id: id, isDryRun: false)
        .split(separator: " ").map(String.init)
      guard said.count == 2 else { return Ready { _ in } }
      town.bankID.sign(said[1], as: person.number)
      return Ready { machine in
        _ = try await machine.desk(
          Bureau_V1_IdentityService.Method.CollectOrder.descriptor,
          Bureau_V1_CollectOrderRequest.with { $0.name = said[0] }, by: nil
        ) { try await machine.desk.identity.collectOrder(request: $0, context: $1) }
      }
    }
    if let request = command.request {
      let person = town.accountant
      return Ready { machine in
        _ = try await Bench.call(request, payment, by: person, id, false, at: machine.desk)
      }
    }
    let status = command == .bankPays ? "ACSC" : "RJCT"
    let text = BankText.status(
      id: "M\(mark)\(payment.id.hex.prefix(20))", of: payment.transfer.hex,
      endToEndID: payment.endToEndID, status, reason: command == .bankPays ? nil : "AC03")
    return Ready { machine in
      try await machine.jobs.apply(Array(text.utf8), from: connection)
    }
  }

  private func seen(_ bench: Bench, _ payment: Bench.Made) async throws -> Seen {
    let id = bench.town.oracle.literal(payment.id.bytes)
    let rows = try bench.town.tables.rows(
      "SELECT state, held, CASE WHEN signature IS NULL THEN 0 ELSE 1 END, "
        + "CASE WHEN voucher IS NULL THEN 0 ELSE 1 END FROM payment WHERE id = \(id)")
    let sendings = try bench.town.tables.rows(
      "SELECT number, state FROM instruction WHERE payment = \(id) ORDER BY number")
    return Seen(
      payment: rows.first?.map(\.description) ?? [],
      sendings: sendings.map { $0.map(\.description) })
  }
}

extension Optional {
  fileprivate func asyncMap<T>(_ change: (Wrapped) async throws -> T) async rethrows -> T? {
    if let self { try await change(self) } else { nil }
  }
}
