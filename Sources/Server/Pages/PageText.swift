// Every word of the pages, in every language, in one table.

import Connectors
import Foundation

package enum PageLanguage: String, CaseIterable, Codable, Sendable {
  case norwegian = "nb"
  case swedish = "sv"
  case english = "en"

  /// Its own name for itself.
  var displayName: String {
    switch self {
    case .norwegian: "Norsk"
    case .swedish: "Svenska"
    case .english: "English"
    }
  }

  /// The best one by `Accept-Language` (RFC 9110 §12.5.4); English where none is known.
  package static func preferred(_ header: String?) -> PageLanguage {
    var best: (language: PageLanguage, weight: Int)?
    for item in (header ?? "").prefix(1_000).split(separator: ",").prefix(30) {
      let parts = item.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
      guard let tag = parts.first, let language = PageLanguage(tag: tag) else { continue }
      let weight =
        parts.dropFirst().first { $0.hasPrefix("q=") }
        .map { thousandths(String($0.dropFirst(2))) } ?? 1_000
      if weight > best?.weight ?? 0 { best = (language, weight) }
    }
    return best?.language ?? .english
  }

  /// `0.8` → 800.
  private static func thousandths(_ text: String) -> Int {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap({ Int($0) }) else { return 0 }
    guard parts.count == 2 else { return min(max(whole, 0), 1) * 1_000 }
    let digits = parts[1].prefix(3)
    guard let fraction = Int(digits + String(repeating: "0", count: 3 - digits.count)) else {
      return 0
    }
    return min(max(whole, 0) * 1_000 + fraction, 1_000)
  }

  /// A language tag (`nn-NO`, `sv-SE`); Danes and those who write Nynorsk read Bokmål.
  private init?(tag: String) {
    switch tag.lowercased().split(separator: "-").first {
    case "nb", "no", "nn", "da": self = .norwegian
    case "sv": self = .swedish
    case "en": self = .english
    default: return nil
    }
  }
}

/// One text of the pages; `table` has its words.
package enum PageText: String, CaseIterable, Sendable {
  // On every page.
  case skip, language, footer, reference, startOver
  case homeTitle, homeText
  case openingTitle, openingText, openingButton
  // An agreement.
  case agreementTitle, agreementLead, bureauLabel, companyLabel, bankLabel
  case signerLabel, textTitle, textNote, signTitle, signNote, signHere, signOther
  case signNorwegian, openNorwegianNote
  case agreementDoneTitle, agreementDoneText, closePage
  // A consent.
  case consentTitle, consentLead, accountsLabel, rightsLabel, rightBalances, rightEntries
  case rightPayments, personLabel, consentSignTitle, consentDoneTitle, consentDoneText
  // Saying no.
  case declineButton, declineTitle, declineLead, reasonLabel, reasonNote, declineConfirm, noReason
  case declinedTitle, declinedText
  // A person's own consents.
  case ownTitle, ownLead, ownNone, overHeading, givenLabel, untilLabel, leaveButton
  case revokeButton, revokeTitle, revokeLead, revokeConfirm
  case stateActive, stateExpiring, stateSuperseded, stateExpired, stateRevoked
  // Payments to sign.
  case queueTitle, queueLogin, queueNone, queueTotal, queueCount, queueDetails, queueAccount
  case queueReference, queueInvoice, queueDue, queueOverdue, queueExecution, queueFrom
  case queueReturned, queueReject, queueMore, queueNote, queueOthers, markNew, markChanged
  case queueSignedTitle, queueSignedCount, queueRefused, queueContinue
  case queueNothingSigned, queueLast, queueSignatures
  case returnPaymentTitle, returnPaymentLead
  // Payments approved by a code.
  case signByCode, codeTitle, codeSent, codeLeftOut, codeField, codeNote, codeApprove
  case codeWrong, codeOtherSet, codeTriesLeft, codeOverText, codeWaitText
  case smsCompanyText, smsProfileText, smsDifferText, smsPolicyText
  // Waiting for BankID.
  case orderTitle, loginTitle, scanOne, scanTwo, scanThree, codeLabel, openNote, openButton
  case otherDevice, thisDevice, cancelButton, statusLabel, noScript
  case overTitle, notLoggedIn, tryAgain
  // Back from an identity provider.
  case returnTitle, returnText, returnNotTitle, returnOverText, returnTurnedBackText
  case returnRefusedText, returnCodeText
  // What BankID says: `hint` and its code.
  case hintOutstandingTransaction, hintNoClient, hintStarted, hintUserMrtd, hintUserCallConfirm
  case hintUserSign, hintPending
  case hintExpiredTransaction, hintCertificateErr, hintUserCancel, hintCancelled, hintStartFailed
  case hintUserDeclinedCall, hintNotSupportedByUserApp, hintTransactionRiskBlocked, hintFailed
  case hintUnavailable
  // What cannot be done.
  case linkTitle, linkText
  case otherPersonTitle, otherPersonText
  case loginRefusedTitle, loginRefusedText
  case orderGoneText, evidenceText, changedText
  case endedTitle, endedText
  case unavailableTitle, unavailableText
  case overloadTitle, overloadText
  case refusedTitle, refusedText
  case notFoundTitle, notFoundText
  case failureTitle, failureText

  /// In the language of the reader.
  package func callAsFunction(_ language: PageLanguage) -> String {
    guard let words = Self.words[self]?[language] else { return rawValue }
    return words
  }

  private static let words: [PageText: [PageLanguage: String]] = Dictionary(
    table.map { row in
      (row.text, [.norwegian: row.nb, .swedish: row.sv, .english: row.en])
    }, uniquingKeysWith: { first, _ in first })

  /// What to tell of BankID's own words about an order.
  static func hint(_ hint: BankIDHint) -> PageText {
    let code = hint.code.prefix(1).uppercased() + hint.code.dropFirst()
    return PageText(rawValue: "hint\(code)") ?? (hint.isFailed ? .hintFailed : .hintPending)
  }

  /// One row of the table.
  package struct Row: Sendable {
    package let text: PageText
    package let nb: String
    package let sv: String
    package let en: String

    init(_ text: PageText, nb: String, sv: String, en: String) {
      self.text = text
      self.nb = nb
      self.sv = sv
      self.en = en
    }
  }
}
