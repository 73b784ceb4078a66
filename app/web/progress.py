"""How far play has come on its way to an end, and why the last one ended."""

from dataclasses import dataclass

from app.language import _, ngettext
from app.session.playing import PlayEnd, Until
from app.session.session import Session
from app.web.figures import count, short, typed


@dataclass(frozen=True)
class Progress:
    """What the transport shows of play.

    share: of the way to its end, 0 to 1 as HTML has it; "" for play without an end, and where
    nothing plays. end: where that is. left: how long it will take. ended: why play ended by itself,
    until something else is done. until_epoch, until_cost: the end, as one would type it. play:
    what Play does with it, in words.
    """

    share: str = ""
    end: str = ""
    left: str = ""
    ended: str = ""
    until_epoch: str = ""
    until_cost: str = ""
    play: str = ""


def progress(session: Session) -> Progress:
    """That of a session as it stands."""
    playing, end = session.playing, session.play_end
    epoch, loss = session.position.epoch, session.metrics()["train"]["loss"]
    if playing is None:
        fresh = end is not None and end.update == session.position.update
        return Progress(ended=_why(end) if end and fresh else "", play=_("Play"))
    share = playing.share(epoch, loss)
    if playing.until is None or share is None:
        return Progress(play=_("Play"))
    seconds = playing.seconds_left(epoch)
    end_of_it = _end_of(playing.until)
    return Progress(
        share=f"{share:.4f}",
        end=end_of_it,
        left="" if seconds is None else _time_left(seconds),
        until_epoch=typed(playing.until.epoch),
        until_cost=typed(playing.until.loss_below),
        play=_("Play {to_its_end}").format(to_its_end=end_of_it),
    )


def _end_of(until: Until) -> str:
    """Where play ends, in words; which epoch and cost are reached stands beside it."""
    epoch = "" if until.epoch is None else count(until.epoch)
    bound = "" if until.loss_below is None else short(until.loss_below)
    if epoch and bound:
        text = _("to epoch {epoch} or a cost below {bound}")
    else:
        text = _("to epoch {epoch}") if epoch else _("to a cost below {bound}")
    return text.format(epoch=epoch, bound=bound)


def _time_left(seconds: float) -> str:
    """In the largest unit that fits."""
    if seconds < 90:
        return _("{seconds} s left").format(seconds=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 90:
        return _("{minutes} min left").format(minutes=minutes)
    hours = round(seconds / 3600)
    if hours < 48:
        return _("{hours} h left").format(hours=hours)
    days = round(seconds / 86400)
    return ngettext("{days} day left", "{days} days left", days).format(days=days)


def _why(end: PlayEnd) -> str:
    """Why play ended, in words; nothing where what stopped training says it all."""
    until = end.playing.until
    if end.reason == "epoch" and until and until.epoch:
        return _("Stopped at epoch {epoch}, as asked.").format(epoch=count(until.epoch))
    if end.reason == "loss" and until and until.loss_below:
        return _("Stopped with the cost below {bound}, as asked.").format(
            bound=short(until.loss_below)
        )
    if end.reason == "most_epochs":
        return _("Stopped: a session keeps no more epochs. Reset it to train on.")
    if end.reason == "unwatched":
        return _("Stopped, since nobody watched any more.")
    if end.reason == "not_kept":
        return _("Stopped, since this cannot be kept: the disk may be full. Make room to go on.")
    if end.reason == "restart":
        return _("Play ended at epoch {epoch}, since the server was started again.").format(
            epoch=count(end.epoch)
        )
    return ""
