import Domain
import Engine
import GRPCCore
import HTTPTypes
import Hummingbird
import NIOCore

extension Pages {
  /// What a visitor is told instead of the page that could not be made.
  func trouble(_ error: any Error, _ page: PageRequest) -> PageResult {
    switch error {
    case PageTrouble.notFound:
      return PageResult(
        outcome: .view(Self.message(.notFoundTitle, .notFoundText, status: .notFound)),
        reason: "no such page")
    case PageTrouble.ended:
      return PageResult(
        outcome: .view(Self.message(.endedTitle, .endedText, status: .forbidden)),
        reason: "visit ended")
    case PageTrouble.fromElsewhere(let path):
      return .view(opening(path))
    case is NIOTooManyBytesError:
      return PageResult(
        outcome: .view(Self.message(.notFoundTitle, .notFoundText, status: .contentTooLarge)),
        reason: "request not taken")
    case let error as HTTPError:
      return PageResult(
        outcome: .view(Self.message(.notFoundTitle, .notFoundText, status: error.status)),
        reason: "request not taken")
    default:
      let failure = ErrorMapping.failure(for: error, requestID: page.requestID)
      if let cause = failure.cause { log(cause, page) }
      return told(failure.reason, page)
    }
  }

  /// The page for a refusal, by its reason. All that is wrong with a link is one page, so that
  /// nobody learns from it whether there is such a link.
  func told(_ reason: String, _ page: PageRequest, again: String? = nil) -> PageResult {
    let words = Words(reason)
    var view = Self.message(words.title, words.text, status: words.status)
    if words == .fault { view.values["reference"] = page.requestID }
    if words == .busy { view.retrySeconds = 5 }
    if let again {
      view.values["again"] = again
      view.values["againLabel"] = PageText.tryAgain
    }
    var result = PageResult.view(view)
    result.reason = reason
    return result
  }

  static func message(
    _ heading: PageText, _ body: PageText, status: HTTPResponse.Status = .ok, isGood: Bool = false,
    more: PageText? = nil
  ) -> PageView {
    var view = PageView(status: status, template: "message", title: heading)
    view.values = [
      "heading": heading, "body": body, "kind": isGood ? "good" : "bad",
      "mark": isGood ? "M15 25l6.5 6.5L34 17" : "M24 13v14M24 34.5v.1",
    ]
    if let more { view.values["more"] = more }
    return view
  }

  /// What a reason means to somebody who only signs.
  enum Words: Equatable {
    case link, person, stranger, changed, evidence, gone, bankID, busy, ended, refused, fault
    case code, codeWait, smsCompany, smsProfile, smsDiffer, smsPolicy

    init(_ reason: String) {
      self =
        switch reason {
        case "AGREEMENT_LINK_REFUSED", "AGREEMENT_LINK_EXPIRED", "AGREEMENT_LINK_USED",
          "AGREEMENT_NOT_FOUND", "AGREEMENT_STATE", "CONSENT_LINK_REFUSED",
          "CONSENT_LINK_EXPIRED", "CONSENT_LINK_USED", "CONSENT_INVITATION_NOT_FOUND",
          "NAME_MALFORMED":
          .link
        case "AGREEMENT_TEXT_CHANGED", "CONSENT_TEXT_CHANGED": .changed
        case "AGREEMENT_OTHER_SIGNER", "EVIDENCE_OTHER_PERSON": .person
        case "LOGIN_REFUSED": .stranger
        case "EVIDENCE_REFUSED", "EVIDENCE_OTHER_CONTENT": .evidence
        case "ORDER_NOT_FOUND", "ORDER_ENDED": .gone
        case "BANKID_UNAVAILABLE": .bankID
        case "SERVER_OVERLOADED", "SHARE_EXHAUSTED", "STORAGE_BUSY", "ORDER_LIMIT", "CANCELLED",
          "RATE_LIMIT_USER", "RATE_LIMIT_COMPANY", "RATE_LIMIT_ADDRESS", "TRIES_EXHAUSTED":
          .busy
        case "UNAUTHENTICATED", "SESSION_EXPIRED": .ended
        case "INTERNAL": .fault
        case "SMS_CODE_USED", "SMS_CODE_SUPERSEDED", "SMS_CODE_EXPIRED", "SMS_CODE_TRIES",
          "SMS_CODE_OTHER_SESSION", "SMS_CODE_WRONG", "SMS_CODE_OTHER_SET", "SMS_NUMBER_CHANGED":
          .code
        case "SMS_CODE_TOO_SOON", "SMS_CODES_TOO_MANY": .codeWait
        case "SMS_COMPANY_NUMBER_MISSING": .smsCompany
        case "SMS_PROFILE_NUMBER_MISSING", "SMS_PROFILE_NUMBER_UNCONFIRMED": .smsProfile
        case "SMS_NUMBERS_DIFFER": .smsDiffer
        case "POLICY_SMS_SIGNING": .smsPolicy
        default: .refused
        }
    }

    var status: HTTPResponse.Status {
      switch self {
      case .link: .gone
      case .person, .stranger, .ended: .forbidden
      case .evidence, .refused, .gone, .changed: .conflict
      case .code, .smsCompany, .smsProfile, .smsDiffer, .smsPolicy: .conflict
      case .codeWait: .tooManyRequests
      case .bankID, .busy: .serviceUnavailable
      case .fault: .internalServerError
      }
    }

    var title: PageText {
      switch self {
      case .link: .linkTitle
      case .person: .otherPersonTitle
      case .stranger: .loginRefusedTitle
      case .evidence, .gone, .changed: .overTitle
      case .bankID: .unavailableTitle
      case .busy: .overloadTitle
      case .ended: .endedTitle
      case .refused, .code, .codeWait, .smsCompany, .smsProfile, .smsDiffer, .smsPolicy:
        .refusedTitle
      case .fault: .failureTitle
      }
    }

    var text: PageText {
      switch self {
      case .link: .linkText
      case .person: .otherPersonText
      case .stranger: .loginRefusedText
      case .evidence: .evidenceText
      case .gone: .orderGoneText
      case .changed: .changedText
      case .bankID: .unavailableText
      case .busy: .overloadText
      case .ended: .endedText
      case .refused: .refusedText
      case .code: .codeOverText
      case .codeWait: .codeWaitText
      case .smsCompany: .smsCompanyText
      case .smsProfile: .smsProfileText
      case .smsDiffer: .smsDifferText
      case .smsPolicy: .smsPolicyText
      case .fault: .failureText
      }
    }

    /// Over in a moment: an order that waits goes on waiting.
    var isPassing: Bool {
      switch self {
      case .bankID, .busy: true
      default: false
      }
    }
  }
}
