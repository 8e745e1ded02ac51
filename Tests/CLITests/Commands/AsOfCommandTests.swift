import BureauAPI
import BureauCLI
import SwiftProtobuf
import Testing

/// `--as-of`: what is typed, and what is asked for.
@Suite struct AsOfCommandTests {
  private func rig() throws -> CommandRig {
    let rig = try CommandRig()
    try rig.contextInUse()
    rig.wire.on(Payments.ListPayments.self) { _ in Bureau_V1_ListPaymentsResponse() }
    rig.wire.on(Tenancy.ListRoleAssignments.self) { _ in Bureau_V1_ListRoleAssignmentsResponse() }
    return rig
  }

  @Test(arguments: [
    ("2026-03-31T09:00:00Z", Int64(1_774_947_600), Int32(0)),
    ("2026-03-31T11:00:00.5+02:00", 1_774_947_600, 500_000_000),
    // The last microsecond of the day in Oslo and Stockholm, which is summer time by then.
    ("2026-03-31", 1_774_994_399, 999_999_000),
    ("1969-12-31", -3_601, 999_999_000),
  ])
  func `a time is asked for as it is, a day at its end`(
    text: String, seconds: Int64, nanos: Int32
  ) async throws {
    let rig = try rig()
    #expect(await rig.run("payment", "list", "--as-of", text) == 0)
    let request = try #require(rig.wire.requests(of: Payments.ListPayments.self).first)
    #expect(request.asOfTime == Google_Protobuf_Timestamp(seconds: seconds, nanos: nanos))
  }

  @Test func `without it nothing is said of time, and what is no time is refused here`()
    async throws
  {
    let rig = try rig()
    #expect(await rig.run("payment", "list") == 0)
    #expect(rig.wire.requests(of: Payments.ListPayments.self).map(\.hasAsOfTime) == [false])
    for wrong in ["yesterday", "2026-02-30", "2026-03-31T09:00:00", ""] {
      #expect(await rig.run("payment", "list", "--as-of", wrong) == 2)
    }
    #expect(rig.wire.requests(of: Payments.ListPayments.self).count == 1)
  }

  @Test func `a company can be asked for as it was`() async throws {
    let rig = try rig()
    rig.wire.on(Tenancy.GetCompany.self) { request in .with { $0.name = request.name } }
    #expect(await rig.run("company", "get", CommandRig.company, "--as-of", "2026-03-31") == 0)
    let asked = rig.wire.requests(of: Tenancy.GetCompany.self)
    #expect(asked.last?.asOfTime.seconds == 1_774_994_399)
  }

  @Test func `roles are those of the bureau, or with --company those in it`() async throws {
    let rig = try rig()
    #expect(await rig.run("role", "list") == 0)
    #expect(
      await rig.run("role", "list", "--company", CommandRig.company, "--as-of", "2026-03-31") == 0)
    let requests = rig.wire.requests(of: Tenancy.ListRoleAssignments.self)
    #expect(requests.map(\.parent) == [CommandRig.bureau, CommandRig.company])
    #expect(requests.map(\.hasAsOfTime) == [false, true])
  }
}
