import Domain
import Foundation
import Policies
import Primitives
import Server
import Storage
import Testing

/// ERRORS.md is written from the refusals themselves; `UPDATE_GOLDEN=1` rewrites it.
///
/// It stands with the storage's tests because the server's, which see as much, start a server.
@Suite struct ErrorsDocumentTests {
  /// One feature's refusals: an example of each case, in the order of the cases.
  struct Feature: Sendable {
    let title: String
    let type: String
    let examples: [any Refusal]

    init<R: Refusal>(_ title: String, _ examples: [R]) {
      self.title = title
      type = "\(R.self)"
      self.examples = examples
    }
  }

  static let features = [
    Feature("Identity", identity), Feature("Access", [AccessError.denied, .outsideToken]),
    Feature("Rates", rates), Feature("Names and pages", names), Feature("Requests", requests),
    Feature("The past", past),
    Feature("Bureaus, companies, users and roles", tenancy), Feature("Tokens", tokens),
    Feature("Companies", companies), Feature("Users", users),
    Feature("Licences and packages", licences), Feature("Phones", phones),
    Feature("Signing by SMS", smsSigning), Feature("Codes that sign payments", signingCodes),
    Feature("Employees", employees),
    Feature("The access table", accessCells), Feature("Agreements", agreements),
    Feature("Consents", consents), Feature("Bureau files", onboarding),
    Feature("Reviews", [ReviewError.nameInvalid, .operatorMissing]), Feature("Invoices", invoices),
    Feature("Payments", payments),
    Feature("Searching payments", filters),
    Feature("Salaries", salaries),
    Feature("Many payments", [BulkError.actionMissing, .empty, .tooMany(limit: 1_000)]),
    Feature("Signing keys", signingKeys), Feature("Seals", seals), Feature("Batches", batches),
    Feature("Policies", policies), Feature("Suppliers", suppliers),
    Feature("Reminders", reminders),
    Feature("Returned payments", [PaymentReturnError.reasonInvalid]),
    Feature("Previews", [PreviewError.stepMissing]),
    Feature("Transfer settings", [TransferSettingsError.timingMissing]),
    Feature("Payments twice", duplicates),
    Feature("Open items", openItems),
    Feature("Transfers", transfers), Feature("Holds", holds),
    Feature("Postings", postings), Feature("Ledgers", ledgers), Feature("Audit", audit),
  ]

  static let identity: [IdentityError] = [
    .unauthenticated, .sessionExpired, .sessionNotFound, .certificateMissing, .loginRefused,
    .orderNotFound, .orderEnded, .tooManyOrders,
    .tooManyTries(waitSeconds: 60), .alreadyInProgress, .eidNotConfigured, .eidNotForPayments,
    .codeRefused("the identity provider refused the code (invalid_grant)"),
    .evidenceRefused("the certificate is revoked"), .otherPerson, .otherContent,
    .bankIDUnavailable("it is being maintained."),
  ]
  static let duplicates: [DuplicateError] = [
    .reasonInvalid, .nothingFound, .notPerson, .found("104471", id: "0123"),
  ]
  static let openItems: [OpenItemError] = [
    .notFound, .none, .tooMany(limit: 20), .notProposal, .linkedAlready("K55"), .notLinked,
    .otherSupplier("K55"), .otherCurrency("K55"), .structuredReference("KID"),
    .tooMuch(
      Money(minorUnits: 10_000, currency: .nok), of: Money(minorUnits: 10_000, currency: .nok)),
    .textTooLong, .streamTooLong(limit: 1_000), .streamMixed,
  ]
  static let suppliers: [SupplierError] = [
    .notFound, .accountsMissing, .tooManyAccounts(limit: 500), .reasonInvalid, .notPerson,
    .ownAccount, .blocked("It is under investigation"), .accountRejected("It is not theirs"),
    .accountHeld(supplier: "Elbolaget AS", isChange: false, id: "0123"),
  ]
  static let rates: [RateError] = [
    .user(waitMilliseconds: 100), .company(waitMilliseconds: 100), .address(waitMilliseconds: 100),
  ]
  static let names: [NameError] = [
    .malformed(field: "name", pattern: "bureaus/{bureau}/companies/{company}"), .pageTokenInvalid,
    .pageSizeInvalid,
  ]
  static let requests: [RequestError] = [.missing, .malformed, .reused]
  static let filters: [PaymentFilterError] = [
    .accountInvalid, .textTooLong(limit: 100), .currencyUnknown("NKR"), .amountsInvalid,
    .dateInvalid(field: "earliest_due_date", "31.3."), .datesInvalid, .supplierInvalid,
  ]
  static let past: [AsOfError] = [
    .invalid, .inFuture, .notHere, .beforeCompany, .tooManyFacts(limit: 100_000), .erased,
    .busy,
  ]
  static let tenancy: [TenancyError] = [
    .bootstrapRefused, .fieldMissing("display_name"), .fieldTooLong("address.town", limit: 70),
    .fieldNotPlain("display_name"),
    .organisationNumberInvalid("the check digit is wrong."), .countryNotSupported("DE"),
    .companyExists, .companyNotFound, .nationalIDInvalid("the check digit is wrong."),
    .emailInvalid("it has no @."), .userExists, .userNotFound, .roleInvalid, .roleExists,
    .roleNotFound, .userNotService, .userNotPerson, .tokenLifetimeInvalid, .tokenNotFound,
  ]
  static let tokens: [TokenError] = [
    .tooWide, .verbUnknown("fly"), .companyWithoutRole, .tooMany, .certificateInvalid,
  ]
  static let companies: [CompanyError] = [
    .existsInactive, .existsClosed, .fieldFixed("organisation_number"), .nothingToChange,
    .changedMeanwhile, .inactive, .closed, .active, .openPayments(count: 3, first: []), .held,
  ]
  static let users: [UserError] = [
    .fieldFixed("national_id"), .nothingToChange, .changedMeanwhile, .blocked, .notBlocked,
    .lastAdministrator,
  ]
  private static let soon = monday.date(in: .centralEuropean)
  static let licences: [LicenceError] = [
    .packagesMissing, .packageUnknown("gold"), .administratorUnknown, .exists, .missing, .accepted,
    .otherPerson, .termsUnknown("2026-01"), .packageTwice(.bank), .accessElsewhere(.signing, .bank),
    .notLicensed(.remittance), .packageMissing(.bank, onBureau: false),
    .accessMissing(.payments, onBureau: true),
  ]
  static let phones: [PhoneError] = [
    .notOwn, .invalid("it has no +."), .same(.unconfirmed), .absent, .confirmed, .tooSoon, .tooMany,
    .codeEnded, .codeWrong(left: 4), .userNotPerson,
  ]
  static let smsSigning: [SMSSigningError] = [
    .companyNumberMissing, .profileNumberMissing, .profileNumberUnconfirmed, .numbersDiffer,
  ]
  static let signingCodes: [SigningCodeError] = [
    .sessionMissing, .textTooLong, .tooSoon, .tooMany, .notByCode, .used, .superseded, .expired,
    .triesUsedUp, .otherSession, .otherSet(left: 4), .wrong(left: 4), .numberChanged,
  ]
  static let employees: [EmployeeError] = [
    .notOwn, .notPerson, .notServiceUser, .noFileRole, .taken, .notEntitled, .nobody,
  ]
  static let accessCells: [AccessCellError] = [
    .methodUnknown("PaymentService/Fly"), .roleMissing, .fixed, .same, .nobody,
  ]
  static let agreements: [AgreementError] = [
    .notFound, .bankNotSupported("nobank"), .kindInvalid, .currencyUnknown("NKR"),
    .accountInvalid("the check digit is wrong."), .accountNotAtBank("DNB"), .accountPrivate,
    .accountOfAnother, .ownerUnavailable("the bank does not answer"), .exists,
    .signerIncomplete("signer.mobile"), .signerInvalid(field: "signer.mobile", "it has no +."),
    .declarationInvalid(field: "declarations.persons", "there are too many"),
    .fieldUnknown("account"), .reasonInvalid, .linkRefused, .linkExpired, .linkUsed, .otherSigner,
    .textChanged, .openPayments(3), .numberInvalid, .conversionNotAgreed,
    .conversionTooEarly(soon), .returnDataOutstanding(soon),
    .conversionNotConnected("the bank does not answer"), .applicationNotNeeded, .stepMissing,
    .stepDateInFuture,
    .stepDateInvalid("yesterday"), .stepTooEarly(.settingsReviewed, in: .draft),
    .stepDone(.applicationConfirmed), .settingsChanged, .state(.sign, in: .draft),
  ]
  static let consents: [ConsentError] = [
    .notFound, .invitationNotFound, .noAgreement(bank: "dnb"), .noBankRights, .contactMissing,
    .contactInvalid(field: "mobile", "it has no +."), .linkRefused, .linkExpired, .linkUsed,
    .reasonInvalid, .textChanged, .horizonInvalid, .notOwn, .state(.expired), .missing(bank: "dnb"),
  ]
  static let onboarding: [OnboardingError] = [
    .tooMany("people", limit: 1_000), .companyNotActive(.closed), .personNotListed(person: "kari"),
    .userUnknown(person: "kari"), .personTwoIDs(person: "kari"), .emailAmbiguous(person: "kari"),
    .nationalIDMissing(person: "kari"), .roleOfOtherKind(person: "erp", .approver),
    .signerUnreachable(person: "kari", fields: ["mobile"]),
    .agreementDiffers(History.account, fields: ["bank"]),
    .signingKeyDiffers(String(repeating: "0a", count: 32)),
    .signingKeyOver(String(repeating: "0a", count: 32), .revoked),
    .signingKeyProofMissing(String(repeating: "0a", count: 32)),
    .consentBankUnconnected(person: "kari", bank: "dnb"), .consentUnreachable(person: "kari"),
  ]
  static let invoices: [InvoiceError] = [
    .missing, .tooLarge(limitBytes: 4_194_304), .unreadable("line 1: no XML"), .creditNote,
    .numberMissing, .currencyUnknown("NKR"), .amountInvalid("12,50"), .amountNotPositive,
    .dueDateInvalid("31.03.2026"), .duplicate,
  ]
  static let payments: [PaymentError] = [
    .notFound, .notAllowed(.sign, in: .inDoubt), .changedMeanwhile, .fieldUnknown("state"),
    .nothingToChange, .creditorNameInvalid, .accountInvalid("the check digit is wrong."),
    .bicInvalid("it is too short."), .currencyUnknown("NKR"), .amountNotPositive, .amountTooLarge,
    .referenceInvalid("the check digit is wrong."), .dueDateInvalid("31.03.2026"), .setOff,
    .salaryUnfit, .salaryByBundle, .notBooked(.eur, .norwegian),
    .differs(paid: .nok(99_000), owed: .nok(100_000), .norwegian),
    .incomplete(["creditor_account", "reference"]), .noAgreement,
    .notSendable("it does not come back as it was written."), .held,
    .sentBefore(endToEndID: "0af7…-1"), .tooManyInstructions,
    .noPayments, .tooManyPayments(limit: 150), .textTooLong, .signedValuesChanged, .findingMissing,
  ]
  static let signingKeys: [SigningKeyError] = [
    .notFound, .current, .state(.superseded), .overlap, .invalid, .proof, .taken,
  ]
  static let seals: [SealError] = [
    .required, .malformed, .keyUnknown, .keyRevoked, .keySuperseded, .broken, .tooOld, .ahead,
  ]
  static let policies: [PolicyError] = [
    .changedMeanwhile, .invalid(field: "approvers", "approvers must be a number from 1 to 5."),
    .exampleFails(
      field: "examples", "The example \"a\" expects 1 approver, and the policy says 2."),
    .notAcknowledged, .makerSigns, .paymentLimit(.nok(500_000_000), of: .nok),
    .dayLimit(.nok(500_000_000), of: .sek), .signedAlready, .smsSigning,
    .payeeAccount(.administrators),
  ]
  static let reminders: [ReminderError] = [
    .changedMeanwhile, .invalid(field: "first_run", "Manual reminders have no first run."),
  ]
  static let batches: [BatchError] = [
    .idInvalid, .timeInvalid, .empty, .tooLarge(limit: 500), .countWrong(said: 3, sent: 2),
    .totalsWrong, .idReused, .itemEmpty, .invoiceNumberInvalid, .countryInvalid("Norge"),
  ]
  static let transfers: [TransferError] = [
    .notFound, .unwritable("there is nothing to pay"), .unreadable("line 1: no XML"),
    .unsigned(endToEndID: "0af7…-1"), .missing(endToEndID: "0af7…-1"),
    .wrongDate(endToEndID: "0af7…-1"),
  ]

  static let salaries: [SalaryError] = [
    .batchNotFound, .fileMissing, .fileTooLarge(limit: 1_048_576), .formatMissing,
    .unreadable("line 1: the column amount is missing"), .otherCompany, .payDateMissing,
    .payDateInvalid("25.3."), .nothingToPay, .tooMany(limit: 2_000),
    .rowInvalid(line: 2, "a salary is paid in NOK."), .rowTwice(line: 3, other: 2),
    .payDatePassed(day("2026-03-25")),
    .payDateClosed(day("2026-03-28"), before: day("2026-03-27")), .duplicate(key(70)),
  ]
  static let postings: [PostingError] = [
    .notFound, .bookingDateInvalid("yesterday"), .nothingPaid, .bundleTooLarge,
    .datesDiffer(
      [CalendarDate(iso: "2026-03-30"), CalendarDate(iso: "2026-03-31")].compactMap(\.self)),
    .amountsDiffer(2, .norwegian), .differenceAccountInvalid("1920"),
    .documentMissing, .costAccountInvalid("43"), .invoicePosted, .valueNeedless,
    .valueMissing(.nok), .valueInvalid(.nok), .valueSettled(.nok(115_000)),
    .invoiceUnfit("PayableAmount is no amount"),
    .agreementUnfit, .modeMissing,
  ]
  static let ledgers: [LedgerError] = [
    .formatMissing, .dateInvalid(field: "from_date"), .periodInvalid, .countryUnfit,
    .tooMany(limit: 20_000), .currencyOther(voucher: 7, .eur), .sumTooLarge,
    .textUnfit("Name"),
  ]
  static let audit: [WitnessError] = [
    .unavailable("the folder cannot be read"), .damaged("statement 7 cannot be read"),
    .keyDiffers("Statement 7"), .contradicted("company 0af7… ends before fact 12"), .noCheckpoint,
  ]
  static let holds: [HoldError] = [
    .notHeld, .unknownPaymentNotFound, .reasonInvalid, .changed, .unread("camt054-4.xml"),
  ]

  static let package: URL = {
    var folder = URL(filePath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder
  }()

  private static func status(_ kind: RefusalKind) -> String {
    switch kind {
    case .invalidArgument: "INVALID_ARGUMENT"
    case .notFound: "NOT_FOUND"
    case .failedPrecondition: "FAILED_PRECONDITION"
    case .conflict: "ABORTED"
    case .denied: "PERMISSION_DENIED"
    case .unauthenticated: "UNAUTHENTICATED"
    case .exhausted: "RESOURCE_EXHAUSTED"
    case .unavailable: "UNAVAILABLE"
    }
  }

  private static var document: String {
    var lines = [
      "# Refusals", "",
      "Every reason for which Bureau refuses something: stable names, for programs to act on. A",
      "reason comes as `reason` of `google.rpc.ErrorInfo` (domain `bureau`) in the status' details,",
      "with the field at fault in `google.rpc.BadRequest` where there is one. Whatever is refused",
      "has changed nothing. Anything else that fails is INTERNAL with a request id.", "",
      "This file is written by `ErrorsDocumentTests` from the refusals themselves.", "",
    ]
    for feature in features {
      lines += [
        "## \(feature.title)", "", "| Reason | Status | Field | Message |", "|---|---|---|---|",
      ]
      for refusal in feature.examples {
        let field = refusal.field.map { "`\($0)`" } ?? "–"
        let message = refusal.message.replacing("|", with: "\\|")
        lines.append("| `\(refusal.reason)` | \(status(refusal.kind)) | \(field) | \(message) |")
      }
      lines.append("")
    }
    lines += [
      "## Any call", "", "What `ErrorMapping` says of calls that no rule has judged.", "",
      "| Reason | Status | When |", "|---|---|---|",
      "| `REQUEST_MALFORMED` | INVALID_ARGUMENT | the request is not a message of the method |",
      "| `SHARE_EXHAUSTED` | RESOURCE_EXHAUSTED | the bureau's share of the queue is full; repeat with"
        + " the same request_id after the RetryInfo's delay |",
      "| `SERVER_OVERLOADED` | UNAVAILABLE | the server's queue is full; repeat likewise |",
      "| `STORAGE_BUSY` | UNAVAILABLE | the database cannot just now; repeat likewise |",
      "| `CANCELLED` | CANCELLED | the caller has given up |",
      "| `INTERNAL` | INTERNAL | a fault of the server; its log has more under the request id |",
      "",
    ]
    return lines.dropLast().joined(separator: "\n") + "\n"
  }

  @Test func `ERRORS.md lists every refusal as it is`() throws {
    let file = Self.package.appending(path: "ERRORS.md")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try Data(Self.document.utf8).write(to: file)
    }
    let text = try? String(contentsOf: file, encoding: .utf8)
    #expect(text == Self.document, "UPDATE_GOLDEN=1 rewrites it")
  }

  @Test func `every enum of refusals is in it, and each case has its example`() throws {
    let sources = Self.package.appending(path: "Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    var cases: [String: Set<String>] = [:]
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(
        of: #/\n(?:package )?enum (\w+): Refusal\b[^\n]*\{\n(.*?)\n\n/#.dotMatchesNewlines())
      {
        let names = match.2.matches(of: #/\n? *case (\w+)/#).map { String($0.1) }
        cases[String(match.1)] = Set(names)
      }
    }
    #expect(Set(cases.keys) == Set(Self.features.map(\.type)))
    for feature in Self.features {
      let shown = Set(
        feature.examples.map { refusal in
          Mirror(reflecting: refusal).children.first?.label ?? "\(refusal)"
        })
      #expect(shown == cases[feature.type], "\(feature.type)")
    }
  }

  @Test func `reasons are unique and keep their form`() {
    let all = Self.features.flatMap(\.examples)
    for refusal in all {
      #expect(refusal.reason.wholeMatch(of: #/[A-Z][A-Z0-9]*(_[A-Z0-9]+)*/#) != nil)
      #expect(refusal.field?.wholeMatch(of: #/[a-z_]+(\.[a-z_]+)*/#) != nil || refusal.field == nil)
    }
    let reasons = all.map(\.reason)
    #expect(Set(reasons).count == reasons.count)
  }

  @Test func `messages are whole sentences for people, without internals`() {
    for refusal in Self.features.flatMap(\.examples) {
      let message = refusal.message
      #expect(message.count >= 15 && message.count <= 300, "\(refusal.reason)")
      #expect(message.first?.isLowercase == false, "\(message)")
      #expect(message == message.trimmingCharacters(in: .whitespacesAndNewlines))
      for internals in ["Optional(", "Error", "Swift", "SQL", "main.", "Domain.", "nil", "\n"] {
        #expect(!message.contains(internals), "\(message)")
      }
      // An approval is an invalid argument only where a field can be named.
      if refusal.kind == .invalidArgument { #expect(refusal.field != nil, "\(refusal.reason)") }
    }
  }
}
