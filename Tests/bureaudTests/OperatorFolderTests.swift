import Domain
import Foundation
import Testing

@testable import bureaud

/// How `bureaud review` speaks to a running server.
@Suite struct OperatorFolderTests {
  private func withFolder(_ body: (OperatorFolder) async throws -> Void) async throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "bureau-\(UUID())")
    defer { try? FileManager.default.removeItem(at: home) }
    let folder = OperatorFolder(home: home)
    try folder.open()
    try await body(folder)
  }

  @Test func `a request is answered once, under its own id`() async throws {
    try await withFolder { folder in
      let request = OperatorRequest(verb: "approve", agreement: "a", text: "Known", by: "Ida")
      try folder.ask(request, id: "one")
      #expect(try folder.answer(to: "one") == nil)
      var seen: [String] = []
      let served = try await folder.serve { asked, id in
        #expect(asked == request)
        seen.append(id)
        return OperatorAnswer(state: "active")
      }
      #expect(served == 1 && seen == ["one"])
      #expect(try await folder.serve { _, _ in OperatorAnswer() } == 0)
      #expect(try folder.answer(to: "one") == OperatorAnswer(state: "active"))
      #expect(try folder.answer(to: "one") == nil)
    }
  }

  @Test func `a refusal and a file that is no request are answered in words`() async throws {
    try await withFolder { folder in
      try folder.ask(OperatorRequest(verb: "approve"), id: "refused")
      try Data("{".utf8).write(to: folder.folder.appending(path: "broken.request.json"))
      _ = try await folder.serve { _, _ in throw AgreementError.notFound }
      let refused = try folder.answer(to: "refused")?.refused ?? ""
      #expect(refused.hasPrefix("AGREEMENT_NOT_FOUND"))
      let broken = try folder.answer(to: "broken")?.refused ?? ""
      #expect(broken.hasPrefix("OPERATOR_REQUEST_UNREADABLE"))
    }
  }

  @Test func `only the server's own user enters the folder`() async throws {
    try await withFolder { folder in
      let about = try FileManager.default.attributesOfItem(atPath: folder.folder.path)
      #expect((about[.posixPermissions] as? NSNumber)?.intValue == 0o700)
      try folder.ask(OperatorRequest(verb: "list"), id: "one")
      let file = folder.folder.appending(path: "one.request.json")
      let mode = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect((mode[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }
  }

  @Test func `without a server the request is taken back`() async throws {
    try await withFolder { folder in
      try folder.ask(OperatorRequest(verb: "list"), id: "one")
      folder.withdraw("one")
      #expect(try await folder.serve { _, _ in OperatorAnswer() } == 0)
    }
    let nowhere = OperatorFolder(
      home: FileManager.default.temporaryDirectory.appending(path: "bureau-\(UUID())"))
    #expect(throws: Home.Fault.self) { try nowhere.ask(OperatorRequest(verb: "list"), id: "x") }
  }
}
