import Domain
import Foundation
import GRPCCore
import GRPCProtobuf
import Server
import Testing

@Suite struct ErrorMappingTests {
  private struct Refused: Refusal {
    var kind: RefusalKind
    var reason = "PAYMENT_DUE_BEFORE_TODAY"
    var field: String? = "payment.due_date"
    var message = "the due date 2026-03-01 has passed: choose 2026-03-02 or later"
    var metadata = ["earliest": "2026-03-02", "mend": "bureau payment update --due 2026-03-02"]
  }

  private struct Secret: Error { var password = "hunter2" }

  private static let codes: [RefusalKind: RPCError.Code] = [
    .invalidArgument: .invalidArgument, .notFound: .notFound,
    .failedPrecondition: .failedPrecondition, .conflict: .aborted, .denied: .permissionDenied,
    .unauthenticated: .unauthenticated, .exhausted: .resourceExhausted,
    .unavailable: .unavailable,
  ]

  @Test(arguments: RefusalKind.allCases)
  func `a refusal becomes the status of its kind with its details`(kind: RefusalKind) throws {
    let refusal = Refused(kind: kind)
    let failure = ErrorMapping.failure(for: refusal, requestID: "r1")
    #expect(failure.status.code == Self.codes[kind])
    #expect(failure.status.message == refusal.message)
    #expect(failure.cause == nil)
    let details = failure.status.details
    let info = try #require(details.compactMap(\.errorInfo).first)
    #expect(info.reason == refusal.reason)
    #expect(info.domain == "bureau")
    #expect(info.metadata == refusal.metadata)
    let violation = try #require(details.compactMap(\.badRequest).first?.violations.first)
    #expect(violation.field == "payment.due_date")
    #expect(violation.violationDescription == refusal.message)
    #expect(details.compactMap(\.requestInfo).first?.requestID == "r1")
    let retries = details.contains { $0.retryInfo != nil }
    #expect(retries == [.exhausted, .unavailable].contains(kind))
  }

  @Test(arguments: [
    Secret() as any Error, RPCError(code: .unknown, message: "hunter2"),
    RPCError(code: .internalError, message: "hunter2", cause: Secret()),
    GoogleRPCStatus(code: .unknown, message: "hunter2", details: []),
    CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "/hunter2"]),
  ])
  func `anything unexpected is INTERNAL and says nothing of itself`(error: any Error) {
    let failure = ErrorMapping.failure(for: error, requestID: "r2")
    #expect(failure.status.code == .internalError)
    #expect(!"\(failure.status)".contains("hunter2"))
    #expect(failure.status.message.contains("r2"))
    #expect(failure.cause?.isEmpty == false)
  }

  @Test func `gRPC's own errors pass with an ErrorInfo added`() throws {
    let error = RPCError(
      code: .unimplemented, message: "not yet", metadata: ["x-more": "1"])
    let failure = ErrorMapping.failure(for: error, requestID: "r3")
    #expect(failure.status.code == .unimplemented)
    #expect(failure.status.message == "not yet")
    #expect(failure.reason == "UNIMPLEMENTED")
    #expect(Array(failure.rpcError.metadata[stringValues: "x-more"]) == ["1"])
  }

  @Test func `a rich status passes with its own details, once`() throws {
    let status = GoogleRPCStatus(
      code: .aborted, message: "changed",
      details: [.errorInfo(reason: "ETAG", domain: "bureau", metadata: [:])])
    for error in [status, RPCError(status)] as [any Error] {
      let failure = ErrorMapping.failure(for: error, requestID: "r4")
      #expect(failure.reason == "ETAG")
      #expect(failure.status.details.count == 2)
      let wire = failure.rpcError.metadata
      #expect(Array(wire[binaryValues: "grpc-status-details-bin"]).count == 1)
    }
  }

  @Test func `long texts are cut`() {
    var refusal = Refused(kind: .invalidArgument)
    refusal.message = String(repeating: "x", count: 100_000)
    refusal.metadata = ["value": refusal.message]
    let failure = ErrorMapping.failure(for: refusal, requestID: "r5")
    #expect("\(failure.status)".count < 10_000)
  }

  @Test func `a cancelled task is CANCELLED`() {
    let failure = ErrorMapping.failure(for: CancellationError(), requestID: "r6")
    #expect(failure.status.code == .cancelled)
  }
}
