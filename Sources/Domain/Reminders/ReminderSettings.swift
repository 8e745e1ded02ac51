// How a company reminds those who owe it (checklist group M). Settings only: rates, letters and their
// sending come with the reminders themselves, and read these.

package import Primitives

package struct ReminderSettings: Sendable, Equatable {
  package enum Process: String, Sendable, CaseIterable {
    case automatic, manual
  }

  /// When the first automatic run is, after 11:00 in the company's time zone (M-10).
  package enum FirstRun: String, Sendable, CaseIterable {
    case sameDay, nextDay
  }

  package enum Step: String, Sendable, CaseIterable {
    case reminder, collectionWarning
  }

  /// Of fees and interest, within what the law allows on the day (M-15, M-16).
  package enum Level: String, Sendable, CaseIterable {
    case mild, medium, strict
  }

  /// Of the letters.
  package enum Language: String, Sendable, CaseIterable {
    case norwegian = "nb"
    case swedish = "sv"
    case english = "en"
  }

  /// What is done with one kind of debtors.
  package struct Debtors: Sendable, Equatable {
    package var steps: [Step]
    package var level: Level

    package init(steps: [Step], level: Level) {
      self.steps = steps
      self.level = level
    }
  }

  /// Of reminders, and apart from it of the transfer to collection (M-08, M-12).
  package var reminders, collection: Process
  package var firstRun: FirstRun?
  /// Debtors that are companies, and private persons (M-13).
  package var companies, privatePersons: Debtors
  package var language: Language
  /// Whether the creditor's costs carry a tax that it cannot deduct (M-17).
  package var isVATRegistered: Bool
  /// Invoices with a lower number are never reminded (M-22); empty: all are.
  package var startInvoice: String
  /// For debtors' questions; empty: those of the invoice settings (M-21).
  package var phone, email: String

  package init(
    reminders: Process, collection: Process, firstRun: FirstRun? = nil, companies: Debtors,
    privatePersons: Debtors, language: Language, isVATRegistered: Bool, startInvoice: String = "",
    phone: String = "", email: String = ""
  ) {
    self.reminders = reminders
    self.collection = collection
    self.firstRun = firstRun
    self.companies = companies
    self.privatePersons = privatePersons
    self.language = language
    self.isVATRegistered = isVATRegistered
    self.startInvoice = startInvoice
    self.phone = phone
    self.email = email
  }

  /// The ways from an overdue invoice to collection (M-14).
  package static let stepLists: [[Step]] = [
    [.reminder, .reminder, .collectionWarning], [.reminder, .collectionWarning],
    [.collectionWarning],
  ]

  package static let startInvoiceLimit = 30

  /// The names of the parts in which two differ, as files write them.
  package func differing(from other: ReminderSettings?) -> [String] {
    guard let other else { return ["all"] }
    return [
      ("reminders", reminders == other.reminders), ("collection", collection == other.collection),
      ("first_run", firstRun == other.firstRun), ("companies", companies == other.companies),
      ("private_persons", privatePersons == other.privatePersons),
      ("language", language == other.language),
      ("vat_registered", isVATRegistered == other.isVATRegistered),
      ("start_invoice", startInvoice == other.startInvoice), ("phone", phone == other.phone),
      ("email", email == other.email),
    ].filter { !$0.1 }.map(\.0)
  }

  /// What is wrong with them, by the names of files, in order.
  package var faults: [(field: String, message: String)] {
    var faults: [(String, String)] = []
    if reminders == .automatic, firstRun == nil {
      faults.append(
        ("first_run", "Automatic reminders need the day of their first run (M-10)."))
    }
    if reminders == .manual, firstRun != nil {
      faults.append(("first_run", "Manual reminders have no first run."))
    }
    for (field, debtors) in [("companies", companies), ("private_persons", privatePersons)]
    where !Self.stepLists.contains(debtors.steps) {
      faults.append(
        (
          "\(field).steps",
          "The steps are reminder, reminder, warning; reminder, warning; or warning (M-14)."
        ))
    }
    let isNumber = startInvoice.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 }
    if startInvoice.utf8.count > Self.startInvoiceLimit || !isNumber {
      faults.append(
        (
          "start_invoice",
          "An invoice number has at most \(Self.startInvoiceLimit) visible characters, without blanks."
        ))
    }
    if !phone.isEmpty {
      do throws(IdentifierError) { _ = try PhoneNumber(phone) } catch {
        faults.append(("phone", "It is not valid: \(error.message)"))
      }
    }
    if !email.isEmpty {
      do throws(IdentifierError) { _ = try EmailAddress(email) } catch {
        faults.append(("email", "It is not valid: \(error.message)"))
      }
    }
    return faults
  }
}

package struct ReminderSettingsSet: Sendable, Equatable {
  package var settings: ReminderSettings
  package init(settings: ReminderSettings) { self.settings = settings }
}

/// What a company has set, and since when.
package struct RemindersInForce: Sendable, Equatable {
  /// nil: nothing was set.
  package var settings: ReminderSettings?
  /// Sequence of the fact that set them; 0 where nothing was.
  package var revision: Int64
  package var setTime: Instant?

  package init(settings: ReminderSettings?, revision: Int64, setTime: Instant?) {
    self.settings = settings
    self.revision = revision
    self.setTime = setTime
  }

  package static let none = RemindersInForce(settings: nil, revision: 0, setTime: nil)

  /// Empty where nothing was set.
  package var etag: String { revision == 0 ? "" : String(revision) }

  /// Puts others in their place. `etag`: what was read; empty: whatever is there.
  package func replacing(with new: ReminderSettings, etag: String) throws(ReminderError) -> [Fact] {
    if !etag.isEmpty, etag != self.etag { throw .changedMeanwhile }
    if let fault = new.faults.first { throw .invalid(field: fault.field, fault.message) }
    return new == settings ? [] : [.reminderSettingsSet(ReminderSettingsSet(settings: new))]
  }
}
