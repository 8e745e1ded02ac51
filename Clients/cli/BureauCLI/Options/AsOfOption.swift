internal import ArgumentParser
internal import BureauAPI
internal import Primitives
internal import SwiftProtobuf

/// The option of reads that can look at the past.
struct AsOfOption: ParsableArguments {
  @Option(
    name: .customLong("as-of"),
    help: ArgumentHelp(
      "As it was at this time (2026-03-31T09:00:00Z), or at the end of this day (2026-03-31).",
      valueName: "time"))
  var asOf: AsOfText?

  init() {}

  func fill(_ request: inout some AsOfRequest) {
    if let asOf { request.asOfTime = asOf.timestamp }
  }
}

/// What can be asked as of a moment.
protocol AsOfRequest: Message {
  var asOfTime: Google_Protobuf_Timestamp { get set }
}

/// A moment as it is typed: RFC 3339, or a day of the Norwegian and Swedish calendar.
struct AsOfText: ExpressibleByArgument, Equatable {
  let instant: Instant

  init?(argument: String) {
    if let date = CalendarDate(iso: argument) {
      // The last moment of the day: the next one's first belongs to the next.
      let next = Instant.at(date.adding(days: 1), hour: 0, minute: 0, in: .centralEuropean)
      instant = Instant(microseconds: next.microseconds - 1)
    } else if let instant = Instant(rfc3339: argument) {
      self.instant = instant
    } else {
      return nil
    }
  }

  var timestamp: Google_Protobuf_Timestamp {
    let (seconds, rest) = instant.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return .with {
      $0.seconds = rest < 0 ? seconds - 1 : seconds
      $0.nanos = Int32((rest < 0 ? rest + 1_000_000 : rest) * 1_000)
    }
  }
}

extension Bureau_V1_GetCompanyRequest: AsOfRequest {}
extension Bureau_V1_GetTransferSettingsRequest: AsOfRequest {}
extension Bureau_V1_ListRoleAssignmentsRequest: AsOfRequest {}
extension Bureau_V1_GetAgreementRequest: AsOfRequest {}
extension Bureau_V1_ListAgreementsRequest: AsOfRequest {}
extension Bureau_V1_GetConsentRequest: AsOfRequest {}
extension Bureau_V1_ListConsentsRequest: AsOfRequest {}
extension Bureau_V1_ListConsentInvitationsRequest: AsOfRequest {}
extension Bureau_V1_GetConnectionMarksRequest: AsOfRequest {}
extension Bureau_V1_GetPaymentRequest: AsOfRequest {}
extension Bureau_V1_CountPaymentsRequest: AsOfRequest {}
extension Bureau_V1_ListPaymentEventsRequest: AsOfRequest {}
extension Bureau_V1_ListPaymentsRequest: AsOfRequest {}
extension Bureau_V1_GetTransferRequest: AsOfRequest {}
extension Bureau_V1_ListTransfersRequest: AsOfRequest {}
extension Bureau_V1_ListReturnFilesRequest: AsOfRequest {}
extension Bureau_V1_GetVoucherRequest: AsOfRequest {}
extension Bureau_V1_ListVouchersRequest: AsOfRequest {}
extension Bureau_V1_ListBankSigningsRequest: AsOfRequest {}
extension Bureau_V1_GetAutomationEmployeeRequest: AsOfRequest {}
