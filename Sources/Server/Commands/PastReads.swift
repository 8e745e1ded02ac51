// Reads of the past (invariant J): the company's two journals are replayed into an empty database,
// which answers the very queries that the live one answers, and is thrown away.

package import BureauAPI
import Domain
package import Engine
import Primitives
import Storage
package import SwiftProtobuf
import Synchronization

/// What looking at the past may cost.
package struct PastLimits: Sendable, Equatable {
  /// Facts that are replayed for one answer.
  package var facts: Int64 = 100_000
  /// Answers that are worked on at once; one more is refused as AS_OF_BUSY.
  package var concurrent = 2

  package init() {}
}

/// Opens, fills and closes the past, a few at a time.
package final class PastReads: Sendable {
  private let limits: PastLimits
  private let open: @Sendable () async throws -> any Database
  private let running = Mutex(0)

  /// - Parameter open: An empty database in memory.
  package init(
    limits: PastLimits, open: @escaping @Sendable () async throws -> any Database
  ) {
    self.limits = limits
    self.open = open
  }

  /// Reads of `place` what it was at `time`, as far as `heads` go. Ends with `CancellationError`
  /// once nobody wants the answer any more.
  func read<Answer: Sendable>(
    _ place: Place, at time: Instant, heads: AsOf.Heads, from live: any Database,
    while isWanted: @escaping @Sendable () -> Bool = { true },
    _ body: @escaping @Sendable (any Transaction) throws -> Answer
  ) async throws -> Answer {
    let hasPlace = running.withLock { running in
      guard running < limits.concurrent else { return false }
      running += 1
      return true
    }
    guard hasPlace else { throw AsOfError.busy }
    defer { running.withLock { $0 -= 1 } }
    let past = try await open()
    let result: Result<Answer, any Error>
    do {
      _ = try await AsOf.replay(
        place, at: time, heads: heads, from: live, into: past, limit: limits.facts,
        while: isWanted)
      result = .success(try await past.read(as: place.scope, body))
    } catch { result = .failure(error) }
    await past.close()
    return try result.get()
  }
}

/// A request that can be answered as of a moment.
package protocol AsOfRequest: Sendable {
  var hasAsOfTime: Bool { get }
  var asOfTime: Google_Protobuf_Timestamp { get }
}

extension AsOfRequest {
  /// The moment that is asked for, not after `now`; nil: how things are.
  func moment(now: Instant) throws(AsOfError) -> Instant? {
    guard hasAsOfTime else { return nil }
    let time = asOfTime
    // The years 1 to 9999 (RFC 3339); nanoseconds below a microsecond are cut off.
    guard -62_135_596_800...253_402_300_799 ~= time.seconds, 0...999_999_999 ~= time.nanos else {
      throw .invalid
    }
    let moment = Instant(microseconds: time.seconds * 1_000_000 + Int64(time.nanos) / 1_000)
    guard moment <= now else { throw .inFuture }
    return moment
  }

  /// Refuses to look at the past of a whole bureau.
  func requireNow() throws(AsOfError) {
    if hasAsOfTime { throw .notHere }
  }
}

extension Bureau_V1_GetCompanyRequest: AsOfRequest {}
extension Bureau_V1_ListCompaniesRequest: AsOfRequest {}
extension Bureau_V1_ListUsersRequest: AsOfRequest {}
extension Bureau_V1_ListRoleAssignmentsRequest: AsOfRequest {}
extension Bureau_V1_GetAgreementRequest: AsOfRequest {}
extension Bureau_V1_ListAgreementsRequest: AsOfRequest {}
extension Bureau_V1_GetConsentRequest: AsOfRequest {}
extension Bureau_V1_ListConsentsRequest: AsOfRequest {}
extension Bureau_V1_ListConsentInvitationsRequest: AsOfRequest {}
extension Bureau_V1_GetConnectionMarksRequest: AsOfRequest {}
extension Bureau_V1_GetPaymentRequest: AsOfRequest {}
extension Bureau_V1_ListPaymentsRequest: AsOfRequest {}
extension Bureau_V1_GetTransferRequest: AsOfRequest {}
extension Bureau_V1_ListTransfersRequest: AsOfRequest {}
extension Bureau_V1_ListReturnFilesRequest: AsOfRequest {}
extension Bureau_V1_GetVoucherRequest: AsOfRequest {}
extension Bureau_V1_ListVouchersRequest: AsOfRequest {}
extension Bureau_V1_ListBankSigningsRequest: AsOfRequest {}
extension Bureau_V1_GetAutomationEmployeeRequest: AsOfRequest {}
