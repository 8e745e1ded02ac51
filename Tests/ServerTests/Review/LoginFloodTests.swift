import BureauAPI
import GRPCCore
import SwiftProtobuf
import TestKit
import Testing

@Suite struct LoginFloodTests {
  @Test func `a stranger who starts logins without end keeps nobody from signing`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let client = try Bureau_V1_IdentityService.Client(wrapping: bureau.world.client)
      var refused: Refused?
      for _ in 0..<200 where refused == nil {
        do {
          _ = try await Refused.calling {
            try await client.startLogin(.with { $0.parent = bureau.name })
          }
        } catch let refusal as Refused { refused = refusal }
      }
      #expect(refused?.reason == "ORDER_LIMIT")
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      #expect(try await office.kim.sees(payment).state == .signed)
    }
  }
}
