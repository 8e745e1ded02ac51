import BureauAPI
import BureauCLI
import GRPCCore
import GRPCInProcessTransport
import GRPCProtobuf
import Testing

@Suite struct CLIErrorTests {
  private static let exits: [(RPCError.Code, Int32)] = [
    (.failedPrecondition, 3), (.aborted, 3), (.alreadyExists, 3),
    (.permissionDenied, 4), (.unauthenticated, 4), (.notFound, 5), (.invalidArgument, 6),
    (.outOfRange, 6), (.unavailable, 7), (.deadlineExceeded, 7), (.resourceExhausted, 7),
    (.cancelled, 7), (.internalError, 8), (.unknown, 8), (.unimplemented, 8), (.dataLoss, 8),
  ]

  @Test(arguments: exits)
  func `each status has its exit code`(code: RPCError.Code, exit: Int32) {
    #expect(Ending(code).rawValue == exit)
  }

  /// The one service method that refuses with all the details a server may send.
  private struct Refusing: Bureau_V1_StatementService.SimpleServiceProtocol {
    func listReturnFiles(
      request: Bureau_V1_ListReturnFilesRequest, context: ServerContext
    ) async throws -> Bureau_V1_ListReturnFilesResponse {
      throw GoogleRPCStatus(
        code: .invalidArgument, message: "the page is too large",
        details: .errorInfo(
          reason: "PAGE_SIZE", domain: "bureau", metadata: ["mend": "bureau statement list"]),
        .badRequest(violations: [.init(field: "page_size", description: "at most 500")]),
        .requestInfo(requestID: "r-1", servingData: ""))
    }
  }

  private func refused() async throws -> CLIError {
    let transport = InProcessTransport()
    return try await withGRPCServer(transport: transport.server, services: [Refusing()]) { _ in
      try await withGRPCClient(transport: transport.client) { client in
        do {
          _ = try await GRPCWire(client).send(
            Statements.ListReturnFiles.self, .init(), metadata: [:], timeout: .seconds(120))
          throw CLIError(.internalError, "NOT_REFUSED", "the call was answered")
        } catch let error as RPCError {
          return CLIError(error)
        }
      }
    }
  }

  @Test func `the details of a refusal arrive over the wire`() async throws {
    let error = try await refused()
    #expect(error.ending == .invalidInput)
    #expect(error.code == "INVALID_ARGUMENT")
    #expect(error.reason == "PAGE_SIZE")
    #expect(error.field == "page_size")
    #expect(error.mend == "bureau statement list")
    #expect(error.requestID == "r-1")
    #expect(
      error.text == """
        error: the page is too large
          reason: PAGE_SIZE
          field: page_size
          to mend it: bureau statement list
          request id: r-1
        """)
  }

  @Test func `programs get one line of JSON`() {
    var error = CLIError(.refused, "PAYMENT_STATE", "no \"state\"\nfor it", mend: "bureau x")
    error.requestID = "r-1"
    #expect(
      error.json == #"{"error":{"code":"LOCAL","mend":"bureau x","message":"#
        + #""no \"state\"\nfor it","reason":"PAYMENT_STATE","request_id":"r-1"}}"#)
  }

  @Test func `a status without details still says what to do`() {
    let error = CLIError(RPCError(code: .unauthenticated, message: ""))
    #expect(error.reason == "UNAUTHENTICATED")
    #expect(error.mend == "bureau login")
    #expect(error.message == "the server gave no message")
  }
}
