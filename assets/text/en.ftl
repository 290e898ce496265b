# English, equal to the Vietnamese in meaning and in tone.

## On every screen

subtitle = Self-service reception
language-key = Tiếng Việt
text-size-larger = Larger text
text-size-normal = Normal text
help-key = Help
emergency-key = Emergency: touch to call staff now
step-card = Card
step-face = Face
step-department = Department
step-number = Number
key-continue = Continue
key-back = Back
key-cancel = Stop
key-to-counter = Go to { $counter }
key-erase = Erase

## Dialogs

warning-title = Still there?
warning-text = Without a touch, this machine forgets everything and starts again.
warning-stay = I am still here
warning-leave = Finish
help-title = Staff will come to help
help-calling = Calling staff. Please wait a moment, nothing is lost.
help-heard = Staff have been told. Please wait here, or go on.
help-not-heard = This machine could not call. Please go to { $counter }, { $place }.
help-close = Go on
emergency-title = Calling staff right now
emergency-calling = Please stay here. An emergency needs no number.
emergency-heard = Staff are coming. Please stay here. An emergency needs no number.
emergency-not-heard = This machine could not call. Please call out to someone nearby, or go at once to { $counter }, { $place }. An emergency needs no number.
emergency-close = Close

## Welcome and the ways in

welcome-headline = Welcome. Please place your ID card on the reader.
welcome-why = About a minute to a number. Next to nothing to type.
welcome-picture = Card reader
welcome-no-reader = Welcome. Please choose a way below.
welcome-no-reader-why = The card reader is resting. The other ways still give a number.
scan-unreadable = The code was not read. Please show it again.
key-use-eid = VNeID code
key-insurance-card = Insurance card
key-type-number = Type ID number
key-no-card = No card
other-headline = That is fine. Please choose another way.
other-why = Every way leads to a number.
way-scanner-down = The code scanner is resting.
way-reader-down = The card reader is resting.
way-eid-not-configured = VNeID codes cannot be used here yet.
way-eid-away = VNeID does not answer.
way-eid-expired = The VNeID code has run out. Please open a new one and scan again.
way-eid-refused = VNeID did not confirm.
key-other-counter = A number for { $counter }
scan-eid-headline = Please show the VNeID code on your phone.
scan-eid-why = Open VNeID, choose the ID code, turn the brightness up.
scan-eid-picture = Code scanner
scan-insurance-headline = Please show the code on the insurance card.
scan-insurance-why = The square code on the card, or in VssID.
eid-waiting-headline = Asking VNeID. One moment, please.
eid-waiting-why = It usually takes a few seconds.

## Numbers that are typed

access-headline = Type the last 6 digits of the ID number.
access-why = They open the chip. The square code on the card does too.
access-label = Last 6 digits
access-wrong = These digits did not open the card. Please look at it again.
whole-headline = Type all 12 digits of the ID number.
whole-why = Only to get a number. Staff look at the papers later.
whole-label = ID number
mrz-number-headline = An earlier card. Type its 12 digits.
mrz-birth-headline = Type the date of birth on the card.
mrz-expiry-headline = Type the expiry date on the card.
mrz-why = This chip opens only with what is printed on the card.
mrz-birth-label = Day, month, year of birth
mrz-expiry-label = Day, month, year of expiry
mrz-wrong = The card did not open. Please look at the printed numbers again.
mrz-no-such-day = There is no such day. Please type it again.
key-no-expiry = No expiry

## The card and its chip

await-headline = Please place the card on the reader.
await-why = The number is known. Put the card in, chip side up.
key-no-chip = I cannot place the card
reading-headline =
    Reading the chip.
    Please leave the card.
reading-why = Only name, birth date and photo are read, to know the right person. The photo is not kept.
reading-access = Opening the chip safely
reading-personal = Personal details
reading-portrait = Portrait
reading-authenticity = Checking the card is real
consent-waiting = While waiting, please read
consent-lead = Next, the face is compared with the photo in the chip.
consent-text = A face is sensitive data: used only to know the right person, erased at once. It can be declined, and { $counter } does the same, with the same place in the queue.
consent-agreed = Agreed. Finishing the chip.
consent-declined = Declined. A number for { $counter } follows.
key-decline = No, to the counter
key-agree = Yes
consent-headline = Compare the face with the photo on the card?
consent-eid-headline = Compare the face with the photo in VNeID?
consent-why = Either is fine. The place in the queue is the same.
consent-title = Comparing the face
interrupted-badge = The card left the reader
interrupted-headline = No harm done. Please put the card back.
interrupted-why = Reading goes on. Nothing is lost.

## The face

face-headline = Please look into the frame.
face-why = The picture is used now only and not kept.
face-turn-headline = Look into the frame, turn slowly to the left.
face-start = The camera is opening
face-good = Very good. A little longer
hint-no-face = Please stand before the frame
hint-come-closer = A little closer
hint-move-back = A little further away
hint-several-people = One person in the frame, please
hint-more-light = Turn to the light
hint-too-bright = Away from the bright light
hint-look-straight = Look straight ahead
hint-hold-still = Hold still for a moment
hint-turn-head = Turn the head slowly to one side
key-no-face = Not convenient? To the counter, same queue
not-matched-badge = The face could not be compared
not-matched-headline = No harm done. Try again, or go to { $counter }.
not-matched-why = No mask, no dark glasses, in good light. The counter gives a number too, and the order does not change.
key-retry-face = Try the face again
key-i-go-to-counter = I go to { $counter }

## Insurance and department

identifying-headline = Looking up insurance. One moment, please.
identifying-why = Without an answer there is a number all the same.
payer-headline =
    { $name }
    how to pay?
payer-headline-plain = Insurance, or pay yourself?
payer-why = This can still be changed later.
insurance-valid = Insured until { $date } · right route
insurance-other-route = Insured until { $date } · referral needed
insurance-other-route-text = Registered at another facility. With a referral, staff at { $counter } will look at it.
insurance-later = Insurance will be confirmed later
insurance-later-text = The insurance portal is silent. The visit stands and it will be asked again.
insurance-not-shown = Staff will look at the insurance card
insurance-not-shown-text = Without the chip nothing private is shown.
insurance-not-valid = The insurance card cannot be used today
code-expired = The card has expired. Staff at the counter will help.
code-new-card = A new card was issued. Staff at the counter will help.
code-not-found = No card was found. Staff at the counter will help.
code-name-or-birth = Name or birth date differ from the card. Staff will help.
code-stopped = The card is stopped or revoked. Staff will help.
code-forces = The card is kept by the Army or the Police. Staff will help.
code-child = A child without a card yet. Staff will see the birth certificate.
code-other = The portal did not confirm the card. Staff will help.
fact-card = Insurance card
fact-benefit = Benefit
fact-registered = Registered at
key-pay-insurance = By insurance
key-pay-insurance-counter = Insurance, at { $counter }
key-pay-myself = Pay myself
key-ask-insurance = Ask staff
department-headline =
    { $name }
    which department?
department-headline-plain = Please choose a department.
department-closed = That department has no more numbers today. Please choose another.
department-full = No more numbers today
department-shut = Closed at this hour
tile-place = Room{"\u00A0"}{ $rooms } · floor{"\u00A0"}{ $floor }
tile-waiting = { $people } waiting
tile-waiting-time = { $people } waiting · { $low }–{ $high }{"\u00A0"}min
department-appointment = Booked for { $time } at { $department }.
key-unknown-department = I do not know which
key-priority = I have priority
priority-headline = Which priority applies?
priority-why = Touch to choose, then show the papers to staff.
priority-pregnant = Pregnant
priority-disability = Severe disability
priority-merit = Person of war merit
priority-seventy-five = 75 and over
priority-under-six = Child under 6
priority-chosen = Chosen
priority-declared = Priority noted. Please show the papers to staff.
key-no-priority = None of these
key-take-number = Number for { $department }
key-take-number-none = Take a number
checking-in-headline = Getting the number. One moment, please.
checking-in-why = If the server is busy, this machine has numbers of its own.

## The number

ticket-headline = Here is the number.
ticket-caption = Number in the queue
ticket-place = { $department } · Room{"\u00A0"}{ $rooms }, floor{"\u00A0"}{ $floor }
ticket-wait = About { $low }–{ $high }{"\u00A0"}minutes · { $people } ahead
ticket-ahead = { $people } ahead
ticket-follow = Scan to follow the queue on a phone
ticket-take-along = Please take along
take-card = ID card
take-paper = The printed number
take-number = This number: remember it or photograph it
ticket-guide = Follow the signs to the room and wait for the number.
ticket-priority = Priority by age is given.
ticket-appointment = Booked for { $time }. Numbers are called in order.
ticket-later = Insurance to be confirmed. The visit stands.
key-done = Done, thank you
paper-out-badge = The printer is out of paper
paper-cover-badge = The printer cover is open
paper-gone-badge = The printer is resting
paper-fault-badge = The paper was not printed
paper-headline = The number stands. Remember or photograph it.
paper-why = Staff were told. The number is called without paper too.
key-retry-print = Print again
counter-headline = All is well. Go to { $counter }, with a number.
counter-caption = Number at the counter
counter-place = { $counter } · { $place }
why-card = Staff will look at the card. The order does not change.
why-no-card = Staff will do the rest. Without a card one is seen too.
why-child = A child's card has no photo yet; staff will look at the papers.
why-face = Staff will look at the card. The order does not change.
why-insurance = Staff will look at insurance and referral.
why-asked = Staff will help to choose and do the rest.
reason-no-card = No card yet
reason-number-only = The chip was not read
reason-child = A child's card without photo
reason-face-declined = Face not compared
reason-face-unavailable = The camera is resting
reason-chip-not-genuine = The chip could not be confirmed
reason-altered = The card could not be confirmed
reason-signer-expired = The card must be seen
reason-chip-unreadable = The chip could not be read
reason-mismatch = Two numbers differ
reason-eid = VNeID did not confirm
reason-insurance = Insurance needs a look
reason-asked = Staff will help
no-number-headline = Please go to { $counter }. Someone will help now.
no-number-why = This machine has no number to give. Staff were told, no need to queue again.

## Paper

paper-appointment = Booked for
paper-issued = Issued
paper-ahead = Ahead
paper-ahead-value = { $people }
paper-wait = Wait about
paper-wait-value = { $low }–{ $high } min
paper-holder = Name
paper-follow = Follow the queue on a phone
paper-room = Room { $rooms } · Floor { $floor }
paper-bring-card = Bring the ID card and this paper

## The end

take-card-headline = Please take the card back.
take-card-why = The card is still in the reader. This machine has forgotten everything.
take-card-bell = The card is still in the reader. Staff will keep it safe if forgotten.
take-card-picture = Pull the card out
thanks-headline = Thank you. Good health.
thanks-why = This machine has forgotten everything.

## Papers of one's own, at the kiosk

key-papers = My papers
key-papers-waiting = Read papers waiting ({ $papers })
key-finish = Finish
key-take-number-instead = Take a number
key-to-office = I go to { $office }
key-next-page = Next page
key-previous-page = Previous page
key-confirm = Confirm
key-status = See where it stands
key-done-typing = Done
key-retry = Try again
key-share = Yes
key-do-not-share = No
key-print-paper = Print a slip
key-other-papers = Other papers
key-next-child = Paper of the next child
key-yes = Yes
key-no = No
key-later = Later
key-submit = Confirm and take a number
key-space = Space
key-shift = Caps
papers-card-headline = Please place your ID card on the reader.
papers-card-why = Papers are shown to the right person only: a real chip, the same face.
papers-denied-headline = Papers need a verified card.
papers-denied-why = This machine could not verify it, so it shows nothing. Please go to { $office }, { $whereabouts }.
papers-away-headline = Papers cannot be opened just now.
papers-away-why = The server does not answer. Please try later, or go to { $office }, { $whereabouts }.
papers-loading-headline = Looking for papers. One moment, please.
papers-loading-why = It usually takes a few seconds.
papers-headline = Please choose a paper.
papers-why = Only papers of the person just verified.
papers-none-headline = There are no papers here yet.
papers-none-why = A new paper may take some minutes. { $office } can tell more.
papers-saved = The answers are kept
paper-at-office = A paper at { $office }
paper-at-office-place = Someone helps, { $whereabouts }
paper-birth = Birth certificate
paper-death = Death notice
paper-driver = Driver health certificate
paper-child = Child { $number } · { $name }
questions-none = { $pages } questions, touch Yes or No
questions-some = Answered { $answered } of { $pages }
elsewhere-headline = Someone helps at { $office }.
elsewhere-why = Please go to { $office }, { $whereabouts }. Nothing is lost and nothing is late.
paper-page = Please read it well. Page { $page } of { $pages }
paper-page-one = Please read it well.
paper-corrected = The proposal is in. Please read again
paper-correction-refused = This proposal was not taken. Please change it or ask staff
paper-ward-looks = The ward looks at the proposal
paper-correct = Touch to change
paper-empty = (none yet)
correct-why = Type letters, then the tone. Touch it again to move it.
tone-sac = Sắc ´
tone-huyen = Huyền `
tone-hoi = Hỏi ̉
tone-nga = Ngã ~
tone-nang = Nặng .
proposing-headline = Recording the proposal. One moment, please.
proposing-why = What the ward wrote is kept beside it.
sharing-headline = Share the conclusion for the driving licence?
sharing-why = Either is fine.
sharing-title = Sharing the conclusion
sharing-text = Yes: the conclusion goes through the insurance portal to the licensing office. No: this is recorded, and the hospital sends only what the law requires.
confirming-headline = Recording it. One moment, please.
confirming-why = It is recorded once only, however often it is sent.
confirming-chip-headline = The chip is signing. Please leave the card.
confirming-chip-why = Its signature belongs to exactly what was read.
put-back-headline = Please put the card back.
put-back-why = The chip signs it. Without the chip it stands too, with the reason noted.
state-preparing = Being prepared
state-citizen = To be confirmed
state-signature = To be signed
state-to-send = To be sent
state-sending = Being sent
state-unknown = Being asked about
state-refused = Not accepted
state-accepted = Received
state-replaced = Replaced
status-preparing = The paper is being prepared.
status-citizen = The paper waits to be confirmed.
status-signature = Recorded. The hospital signs next.
status-signing = The paper waits for the signature.
status-sending = On its way to the insurance portal.
status-unknown = Sent. Not yet sure it arrived.
status-refused = The portal did not accept it yet.
status-accepted = The portal has received it.
status-replaced = Another paper stands instead.
next-preparing = The ward is writing it. It can be read here when done.
next-citizen = Please read and confirm. Unconfirmed, it is sent in time all the same.
next-signature = It is sent once signed. No need to wait here.
next-sending = No need to wait. Look here again later, or ask { $office }.
next-unknown = The hospital asks the portal and never sends it twice. There is nothing to do.
next-refused = Code { $code }. Staff of { $office } correct it and send it again. Nothing starts over.
next-accepted = A slip holds its number, the code and a link to verify it.
next-replaced = The new number is { $number }.
fact-paper-number = Number
fact-received-at = Received at
fact-receipt-code = Code
slip-printing = The slip is printing
slip-printed = The slip is printed
slip-not-brought = The slip could not be fetched. Please try again
slip-no-number = No number yet
slip-verify = Scan to verify this paper
slip-keep = Keep this slip: it is how the paper is looked up.
slip-not-the-certificate = This slip tells where it stands; it is not the certificate.
trouble-silent = The server does not answer.
trouble-silent-why = Nothing is lost. Please try again, or go to { $office }, { $whereabouts }.
trouble-unsure = Not sure whether it was recorded.
trouble-unsure-why = Trying again records nothing twice. Or go to { $office }, { $whereabouts }.
trouble-changed = It has just changed. Please read again.
trouble-changed-why = Only what was read is confirmed.
trouble-not-waiting = It no longer waits to be confirmed.
trouble-not-waiting-why = Someone else, or { $office }, may have done it. The list tells.
trouble-too-late = Too long since the check. Please begin again.
trouble-too-late-why = To be sure of the person. What was recorded stays.
trouble-evidence = The chip's signature did not stand.
trouble-evidence-why = Please go to { $office }, { $whereabouts }. Staff will help.
trouble-fault = This machine could not do that.
trouble-fault-why = Nothing is lost. Please go to { $office }, { $whereabouts }.
question-headline = Question { $page } of { $pages }
question-resumed = Going on where it stopped
question-answered = Answered: { $answered }
review-headline = Please look over the answers.
review-why = Touch a line to change it. Page { $page } of { $pages }
declare-headline = Please read the declaration.
declare-why = If you agree, confirm it and get a number.
condolence-headline = Our condolences to the family.
condolence-why = Everything is recorded. This machine has forgotten the rest.
