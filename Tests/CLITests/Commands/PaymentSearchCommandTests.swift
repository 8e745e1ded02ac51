import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import SwiftProtobuf
import Testing

/// Searching payments, and their history, on the command line.
@Suite struct PaymentSearchCommandTests {
  private static let other = "\(CommandRig.bureau)/companies/0000000000000000000000000000000d"

  private func rig() throws -> CommandRig {
    let rig = try CommandRig()
    try rig.contextInUse()
    return rig
  }

  private static func payment(_ parent: String) -> Bureau_V1_Payment {
    .with {
      $0.name = "\(parent)/payments/p1"
      $0.state = .paid
      $0.creditor.displayName = "Elbolaget"
    }
  }

  @Test func `every field of a search becomes one of the filter, for each company (Q-01, Q-03)`()
    async throws
  {
    let rig = try rig()
    rig.wire.on(Payments.ListPayments.self) { request in
      .with { $0.payments = [Self.payment(request.parent)] }
    }
    let code = await rig.run(
      "payment", "list", "--state", "paid", "--state", "error", "--to-account", "8601.11.17947",
      "--text", "elbo", "--min-amount", "10.00 NOK", "--max-amount", "99.50 NOK", "--due-from",
      "2026-03-01", "--due-to", "2026-03-31", "--supplier", "988077917", "--transfer", "t1",
      "--company", CommandRig.company)
    #expect(code == 0)
    let filter = try #require(rig.wire.requests(of: Payments.ListPayments.self).first?.filter)
    #expect(
      filter
        == .with {
          $0.states = [.paid, .error]
          $0.creditorAccount = "8601.11.17947"
          $0.text = "elbo"
          $0.currencyCode = "NOK"
          $0.minAmountMinorUnits = 1_000
          $0.maxAmountMinorUnits = 9_950
          $0.earliestDueDate = "2026-03-01"
          $0.latestDueDate = "2026-03-31"
          $0.supplier = "988077917"
          $0.transfer = "\(CommandRig.company)/transfers/t1"
        })
    #expect(
      await rig.run(
        "payment", "list", "--currency", "nok", "--company", CommandRig.company, "--company",
        Self.other) == 0)
    let last = rig.wire.requests(of: Payments.ListPayments.self).suffix(2)
    #expect(last.map(\.parent) == [CommandRig.company, Self.other])
    #expect(last.allSatisfy { $0.filter.currencyCode == "NOK" })
    #expect(rig.output.split(separator: "\n").count == 3)
    #expect(
      await rig.run("payment", "list", "--min-amount", "1.00 NOK", "--max-amount", "2.00 SEK") == 2)
    #expect(await rig.run("payment", "list", "--all-companies", "--company", "x") == 2)
  }

  @Test func `all companies are searched page by page, each payment with its company`() async throws
  {
    let rig = try rig()
    rig.wire.on(Payments.SearchPayments.self) { request in
      .with {
        $0.payments = [
          .with {
            $0.payment = Self.payment(Self.other)
            $0.companyDisplayName = "Fremmed AS \(request.pageToken)"
          }
        ]
        $0.nextPageToken = request.pageToken.isEmpty ? "2" : ""
      }
    }
    #expect(await rig.run("payment", "list", "--all-companies", "--state", "paid") == 0)
    let lines = rig.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("COMPANY"))
    #expect(lines[2].hasPrefix("Fremmed AS 2"))
    let requests = rig.wire.requests(of: Payments.SearchPayments.self)
    #expect(requests.map(\.parent) == [CommandRig.bureau, CommandRig.bureau])
    #expect(requests.allSatisfy { $0.filter.states == [.paid] })
  }

  @Test func `payments are counted by state`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.CountPayments.self) { request in
      .with {
        $0.counts = [
          .with {
            $0.state = .paid
            $0.count = request.hasAsOfTime ? 1 : 12
          }
        ]
        $0.total = 12
      }
    }
    #expect(await rig.run("payment", "counts") == 0)
    #expect(rig.output == "PAID:  12\ntotal: 12\n")
    #expect(await rig.run("payment", "counts", "--as-of", "2026-03-31", "--text", "x") == 0)
    #expect(rig.output.hasPrefix("PAID:  1\n"))
  }

  @Test func `a payment's history is a line for each thing that happened`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.ListPaymentEvents.self) { request in
      .with {
        $0.events = [
          .with {
            $0.createTime.seconds = 1_772_438_400
            $0.actor = "\(CommandRig.bureau)/users/1"
            $0.actorDisplayName = "Kim"
            $0.text = "It was acknowledged \(request.parent.suffix(11))."
          },
          .with { $0.text = "The bank accepted instruction 1 (ACTC)." },
        ]
      }
    }
    #expect(await rig.run("payment", "show", "p1", "--history") == 0)
    let lines = rig.output.split(separator: "\n")
    #expect(lines[1].contains("Kim       It was acknowledged payments/p1."))
    #expect(lines[2].contains("(server)  The bank accepted instruction 1 (ACTC)."))
    #expect(await rig.run("payment", "get", "p1", "--history", "-o", "json") == 0)
    #expect(rig.output.hasPrefix(#"{"events":[{"#))
  }
}
