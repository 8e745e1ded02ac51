import Foundation
import Testing

/// Norwegian BankID as its users meet it: the programs themselves, and a browser's way through the
/// sandbox's identity provider and back to the pages.
@Suite(.serialized) struct NorwegianLoginTests {
  @Test func `a person of the bureau logs in with Norwegian BankID, another does not`() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.found()
      let people = try sandbox.norwegians()
      let ingrid = try #require(people.first), lars = try #require(people.dropFirst().first)
      try sandbox.bureau(
        ["user", "create", "--name", "Ingrid Solberg", "--national-id-file", "-"], input: ingrid)
      try sandbox.bureau(["login", "--eid", "bankid-no", "--sandbox-person", ingrid])
      #expect(try sandbox.bureau(["whoami"]).contains("Ingrid Solberg"))
      let refused = #expect(throws: ProgramFailure.self) {
        try sandbox.bureau(["login", "--eid", "bankid-no", "--sandbox-person", lars])
      }
      #expect(refused?.description.contains("LOGIN_REFUSED") == true)
    }
  }
}
