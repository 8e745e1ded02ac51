import BureauAPI
import GRPCCore
import Server
import Storage
import TestKit
import Testing

/// What holds for every write alike (invariants J, L and O).
struct WriteTests {
  @Test func `every write of the access table is tried here or with the bootstrap token`() {
    let writes = AccessTable.rules.filter(\.leavesFact).map(\.method)
    let tried = Write.all.map(\.method) + ["bureau.v1.TenancyService/CreateBureau"]
    #expect(Set(tried) == Set(writes))
  }

  @Test(arguments: Write.all)
  func `a dry run changes nothing, a write leaves a fact, a repeat none, a reused id is refused`(
    write: Write
  ) async throws {
    let method = try #require(Descriptors.methods.first { $0.fullName == write.method })
    try await withOffice { office in
      let bureau = office.bureau
      let sending = try await write.prepare(office)
      let token = try await sending.caller.token()
      func send(_ variant: Write.Variant) async throws -> Outcome {
        try await bureau.world.call(method, try sending.request(variant), token: token)
      }
      let before = try await bureau.journals()

      let dry = try await send(Write.Variant(requestID: "once", isDryRun: true))
      #expect(dry.refusal == nil)
      #expect(try await bureau.journals() == before)

      guard case .answered(let first) = try await send(Write.Variant(requestID: "once")) else {
        Issue.record("was refused")
        return
      }
      let after = try await bureau.journals()
      #expect(after.map(\.sequence).reduce(0, +) > before.map(\.sequence).reduce(0, +))

      guard case .answered(let second) = try await send(Write.Variant(requestID: "once")) else {
        Issue.record("the repeat was refused")
        return
      }
      #expect(try sending.lasting(second) == sending.lasting(first))
      #expect(try await bureau.journals() == after)

      let other = try await send(Write.Variant(requestID: "once", isOther: true))
      #expect(other.refusal?.reason == "REQUEST_ID_REUSED")
      #expect(other.refusal?.fields == ["request_id"])
      #expect(try await bureau.journals() == after)

      let missing = try await send(Write.Variant(requestID: ""))
      #expect(missing.refusal?.reason == "REQUEST_ID_MISSING")
      let reserved = try await send(Write.Variant(requestID: "order/1"))
      #expect(reserved.refusal?.reason == "REQUEST_ID_MALFORMED")
    }
  }

  @Test func `what only reads or begins leaves no fact`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      let before = try await bureau.journals()
      let readers = [try bureau.administrator, office.kim, office.alex]
      for method in AccessTests.methods
      where AccessTable.byMethod[method.fullName]?.leavesFact == false {
        let probe = try #require(Probes.all[method.fullName])
        let request = try probe(
          Target(
            bureau: bureau.name, company: try bureau.company.name,
            nothing: String(payment.name.suffix(32)), requestID: "unused"))
        for reader in readers where method.name != "DeleteSession" {
          _ = try await bureau.world.call(method, request, token: try await reader.token())
        }
      }
      #expect(try await office.alex.startsSigning(payment).state == .pending)
      #expect(try await bureau.journals() == before)
    }
  }
}
