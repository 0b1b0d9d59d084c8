"""Sentences as people type them, with the parts that they mean one after the other; one part: it is no sequence."""

from __future__ import annotations

# A line: the sentence, then " => ", then its parts with " | " between; "=" for the sentence itself.
IN_TURN = """
a person walks forward followed by a jump => a person walks forward | a person does a jump
a person walks forward, followed by two kicks => a person walks forward | a person does two kicks
someone waves, followed by bowing => someone waves | someone bows
a jump followed by a kick => a jump | a kick
walking followed by running => walking | running
walk forward followed by sitting down => walk forward | sit down
a person bows. afterwards they wave => a person bows | a person waves
a person bows and afterwards waves => a person bows | a person waves
he runs forward, after which he stops => he runs forward | he stands still
a man jumps and after that he sits down => a man jumps | a man sits down
a man walks, after this he kneels => a man walks | a man kneels
a woman dances and later lies down => a woman dances | a woman lies down
a person walks in and eventually sits => a person walks in | a person sits
a person walks forward. in the end he bows => a person walks forward | a person bows
a person walks, and at the end waves => a person walks | a person waves
he jumps, lastly he bows => he jumps | he bows
walk forward, next sit down => walk forward | sit down
walk, subsequently jump => walk | jump
a person kicks and immediately afterwards punches => a person kicks | a person punches
a person kicks, right after that he punches => a person kicks | a person punches
a person walks forward, 2 seconds later he jumps => a person walks forward | a person jumps
a person walks forward and proceeds to sit down => a person walks forward | a person sits down
a person stretches and goes on to jog => a person stretches | a person jogs
a man walks and ends up kneeling => a man walks | a man kneels
a person spins, ending with a bow => a person spins | a person does a bow
a person dances and finishes with a jump => a person dances | a person does a jump
a person starts with a bow and ends with a jump => a person does a bow | a person does a jump
start by walking then sit down => walk | sit down
a person begins by stretching, then jogs => a person stretches | a person jogs
go over to the table and lift the box => go over to the table | lift the box
walk over to the box and pick it up => walk over to the box | pick it up
a person walks over to the chair and sits => a person walks over to the chair | a person sits
a man walks up to the ball and kicks it => a man walks up to the ball | a man kicks it
she runs to the door and waves => she runs to the door | she waves
the man goes to the shelf and reaches up => the man goes to the shelf | the man reaches up
walk forward and then sit => walk forward | sit
turn left and then walk forward => turn left | walk forward
jump and then wave and then bow => jump | wave | bow
a person stretches before doing a cartwheel => a person stretches | a person does a cartwheel
crouch before jumping => crouch | jump
a person waves before they walk away => a person waves | a person walks away
before sitting down, a person waves => a person waves | a person sits down
before he sits, the man bows => the man bows | the man sits
after walking forward, a person bows => a person walks forward | a person bows
after he walks forward, he sits down => he walks forward | he sits down
after a bow, a person waves => a person does a bow | a person waves
a person walks forward. once he is there, he waves => a person walks forward | a person waves
walk to the door, once there sit down => walk to the door | sit down
a man walks to the wall and once he gets there he turns around => a man walks to the wall | a man turns around
a person walks ahead; upon arriving he kneels => a person walks ahead | a person kneels
jump, wave and finally bow => jump | wave | bow
a person walks, turns around and finally sits down => a person walks | a person turns around | a person sits down
1. walk forward 2. sit down 3. wave => walk forward | sit down | wave
1) walk 2) jump 3) bow => walk | jump | bow
1. a person walks. 2. a person sits. => a person walks | a person sits
first walk, second sit, third wave => walk | sit | wave
step 1: walk forward, step 2: sit down => walk forward | sit down
(1) run (2) stop => run | stand still
walk; stop; wave => walk | stand still | wave
a person walks forward; sits down; waves => a person walks forward | a person sits down | a person waves
a person walks; he waves => a person walks | a person waves
walk -> stop -> wave => walk | stand still | wave
walk forward > sit down => walk forward | sit down
walk → jump → bow => walk | jump | bow
a person walks => sits => stands up => a person walks | a person sits | a person stands up
walk, stop, wave => walk | stand still | wave
run, jump, roll => run | jump | roll
jump, bow => jump | bow
kick, punch => kick | punch
walk forward, turn around, walk back => walk forward | turn around | walk back
wave. bow. => wave | bow
Walk forward. Sit down. Stand up. => Walk forward | Sit down | Stand up
A person walks forward. He sits down. => A person walks forward | A person sits down
A man waves. The man then bows. => A man waves | A man bows
A woman walks in. She sits down. She gets up. => A woman walks in | A woman sits down | A woman gets up
a person jumps twice and waves => a person jumps twice | a person waves
takes three steps and bows => takes three steps | bows
a person turns around once and walks away => a person turns around once | a person walks away
a man punches twice and kicks once => a man punches twice | a man kicks once
do 3 squats then 2 jumps => do 3 squats | do 2 jumps
a person stands up and walks away => a person stands up | a person walks away
get up and walk forward => get up | walk forward
a person walks forward then a jump => a person walks forward | a person does a jump
a walk then a jump => a walk | a jump
first a jump, then a kick, finally a bow => a jump | a kick | a bow
step 1 walk step 2 run => walk | run
Walk forward...then stop => Walk forward | stand still
walk, bow, jump, kick, nod, spin, wave, sit, rest => walk | bow | jump | kick | nod | spin | wave | sit | rest
walking, then a bow => walking | doing a bow
person walking then sitting => person walking | person sitting
man walking, stops, waves => man walking | man standing still | man waves
sneak forward, then dive roll => sneak forward | dive roll
please walk forward and then sit down => walk forward | sit down
walk 3 steps, then jump => walk 3 steps | jump
first wave, then bow, then walk away => wave | bow | walk away
first of all he waves and then he bows => he waves | he bows
to start, a person waves. then they bow => a person waves | a person bows
run 3 seconds then stop => run 3 seconds | stand still
a person is walking and then starts running => a person is walking | a person starts running
someone was walking and then fell down => someone was walking | someone fell down
someone walked ahead, turned around and ran back => someone walked ahead | someone turned around | someone ran back
a zombie walks forward, then attacks => a zombie walks forward | a zombie attacks
he sits down, waits, then gets up => he sits down | he waits | he gets up
a person walks forward & then sits => a person walks forward | a person sits
the figure leans left, then right, then jumps => the figure leans left, then right | the figure jumps
a guy sprints then slides => a guy sprints | a guy slides
a ballerina twirls, leaps and bows => a ballerina twirls | a ballerina leaps | a ballerina bows
idle, then walk => stand still | walk
a man walks, pauses, and continues walking => a man walks | a man stands still | a man continues walking
"""

TOGETHER = """
halt, remaining upright
a person walks and waves
a person bends over to pick something up
a person bends down and picks something up
a person who walks forward waves
a man that is limping walks forward
a person walks forward while waving
while walking, a person waves
a person walks forward, waving
a person walks as if drunk
a person walks forward with both hands up
a person walks in a circle
a person walks towards the door and waves
walk forward and wave
walk forward, wave
walk and talk
a person jumps up and down
a person runs back and forth
a person claps and dances
stand still
stop
sit and wait
a person sits and waves
standing upright, looking around
a person is walking and is waving
a person kicks with the left leg and punches with the right hand
a person raises the left arm and the right arm
a person walks forward. His arms swing
a person walks forward. They look tired
a person walks forward. He is old
a person walks slowly, like an old man
a tired, old person walks
a person hops on one leg, arms outstretched
a person dances, spinning and clapping
someone does the macarena
walk, but slowly
a person does jumping jacks
jumping jacks
walking on tiptoe, hands behind the back
a person walks forward until he falls
a person walks or runs
if he walks, then he sits
a person waves once
a person turns around once
raise both hands at once
a person does not walk, then sit
a person stands with hands on hips
a person swims, moving both arms
a boxer dodges and punches
a person squats down and stands up
a person walks up the stairs
a person throws a ball as far as possible
he walks > 3 metres
walk 1.5 metres forward
someone turns left and walks
a person looks left and right
a person balances, then
a person steps over something, lifting the knee high
sprint at full speed, no stopping
lunge with the right leg forward, arms on hips
a person plays the violin, standing
a person falls down and lies there
"""


def sentences() -> list[tuple[str, list[str]]]:
    """(sentence, parts) of both tables."""
    rows = []
    for line in IN_TURN.strip().splitlines():
        said, parts = line.rsplit(" => ", 1)
        rows.append((said, parts.split(" | ")))
    return rows + [(line, [line]) for line in TOGETHER.strip().splitlines()]
